// A user who types and clicks at random: the dashboard stays consistent, and its effects are valid.

import TestSupport
import Dashboard
import Experiments
import Screen
import Testing

@Suite("Random input")
struct RandomInputTests {
    static let keys: [Key] =
        [
            .enter, .escape, .tab, .backTab, .backspace, .delete, .insert, .up, .down, .left, .right, .shiftUp,
            .shiftDown, .shiftLeft, .shiftRight, .home, .end, .pageUp, .pageDown, .function(1), .function(4),
            .function(6), .function(10),
        ] + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/?+-=[] .,>*é世".map(Key.character)
        + "abcdklnorsuz".map(Key.control) + "jk".map(Key.alt)

    @Test("After 20,000 keys, mouse events and sizes, the screen can be drawn")
    func storm() throws {
        var random = SplitMix64(state: 1)
        var state = try Scene.busy()
        var effects: [Effect] = []
        for number in 0..<20_000 {
            switch random.next() % 10 {
            case 0:
                let size = Size(
                    columns: Int.random(in: 0...500, using: &random), rows: Int.random(in: 0...200, using: &random))
                effects += state.update(.input(.resized(size)))
            case 1, 2:
                let actions: [Mouse.Action] = [
                    .press, .press, .pressRight, .release, .drag, .doubleClick, .scrollUp, .scrollDown,
                ]
                let place = Point(
                    x: Int.random(in: -2...130, using: &random), y: Int.random(in: -2...40, using: &random))
                let action = actions.randomElement(using: &random) ?? .press
                effects += state.update(.input(.mouse(Mouse(action, at: place))))
            case 3 where number % 7 == 0:
                effects += state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(Scene.report())))
            default:
                effects += state.update(.input(.key(Self.keys.randomElement(using: &random) ?? .up)))
            }
            if number % 20 == 0 { _ = state.frame() }
            // The program ends; another one starts.
            if case .quit? = effects.last { state = try Scene.busy() }
            if number % 500 == 0 {
                _ = state.update(.input(.resized(Size(columns: 120, rows: 36))))
                #expect(state.frame().cells.lines.first?.contains("vgglab") == true)
            }
        }
        // Whatever was typed, only valid experiments were launched, and only known runs were changed.
        let names = Set([
            "vgg11-ratio4-3", "vgg16-ratio4-1", "vgg13-ratio4-1", "vgg11-lr0.01-1", "vgg11-lr0.5-1", "quickstart-1",
        ])
        for effect in effects {
            switch effect {
            case .stop(let runs), .pause(let runs), .unpause(let runs), .resume(let runs), .restart(let runs),
                .delete(let runs):
                #expect(names.isSuperset(of: runs))
            case .launch(let requests):
                #expect(!requests.isEmpty)
                for request in requests {
                    #expect(throws: Never.self) { try request.experiment.network(numClasses: 10) }
                }
            default: break
            }
        }
        #expect(effects.contains { if case .launch = $0 { true } else { false } })
    }
}
