// Whole screens as text, compared with files. A screen without a file is recorded, and the test fails until someone has
// checked it.

import Dashboard
import Foundation
import Screen
import Testing

@Suite("Golden screens")
struct GoldenScreenTests {
    static let sizes = [(80, 24), (120, 36), (200, 50)]

    @Test(
        "Every view looks as it was last looked at", arguments: Scenario.allCases, sizes)
    func views(_ scenario: Scenario, _ size: (Int, Int)) throws {
        var state = try Scene.busy(columns: size.0, rows: size.1)
        scenario.play(&state)
        try expectGolden(state.frame().cells.lines, "\(scenario.rawValue)-\(size.0)x\(size.1)")
    }
}

enum Scenario: String, CaseIterable, Sendable {
    case overview, experiment, marked, cursor, run, compare, images, wrongImages, log, help, quit, ending, form,
        flawedForm, fork,
        filter, sort, tags

    func play(_ state: inout State) {
        switch self {
        case .overview: break
        case .experiment: state.type(.down, .down, .down, .down, .down)
        case .marked: state.type(" ", .end, " ", .up, .up, " ", .home)
        case .cursor: state.type(.left, .left, .left, "+", "x", .left)
        case .run: state.type("2")
        case .compare: state.type(" ", .end, " ", .up, .up, " ", "c")
        case .images:
            state.type("4")
            _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(Scene.report())))
            state.type(.down, .right, .right, .right)
        case .wrongImages:
            state.type("4")
            _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(Scene.report())))
            state.type(.tab)
        case .log: state.type("5")
        case .help: state.type("?")
        case .quit: state.type("q")
        case .ending: state.type("q", "s")
        case .fork:
            state.type("f")
            _ = state.update(
                .checkpoints(
                    run: "vgg11-ratio4-3",
                    [
                        CheckpointEntry(step: 1407, epoch: 4, testAccuracy: 0.871, isBest: true),
                        CheckpointEntry(step: 938, epoch: 3, testAccuracy: 0.868, isBest: false),
                    ]))
        case .sort: state.type("o", .down, .down)
        case .tags:
            state.type("t")
            state.type("paper")
        case .form: state.type("n", .tab, .backspace, "8")
        case .flawedForm: state.type("n", .tab, .backspace, "7")
        case .filter: state.type("/lr>0.01 -quick")
        }
    }
}

/// Compares lines with a file in Golden, or writes it and fails.
func expectGolden(_ lines: [String], _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    let file = folder.appending(path: "\(name).txt")
    let text = lines.joined(separator: "\n") + "\n"
    guard let golden = try? String(contentsOf: file, encoding: .utf8) else {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
        Issue.record("\(name) was recorded; look at it and run the tests again", sourceLocation: sourceLocation)
        return
    }
    #expect(text == golden, "\(name) looks different now", sourceLocation: sourceLocation)
}
