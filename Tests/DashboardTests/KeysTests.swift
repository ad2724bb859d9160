// The table of keys, and the key bar and the help that are generated from it.

import Dashboard
import Screen
import Testing

@Suite("Keys")
struct KeysTests {
    @Test("No key has two meanings in one context")
    func unique() {
        for context in Context.allCases {
            var meanings: [Key: Command] = [:]
            for binding in Keys.bindings where binding.contexts.contains(context) {
                for key in binding.keys {
                    #expect(meanings[key] == nil, "\(key) in \(context)")
                    meanings[key] = binding.command
                }
            }
        }
    }

    @Test("Help shows every key of a view and can be scrolled to the last one")
    func help() throws {
        var state = try Scene.busy(columns: 100, rows: 30)
        state.type("?")
        var seen = state.frame().cells.lines.joined()
        for _ in 0..<60 {
            state.type(.down)
            seen += state.frame().cells.lines.joined()
        }
        for binding in Keys.bindings where binding.contexts.contains(.overview) {
            #expect(seen.contains(binding.help), "\(binding.help)")
        }
        for heading in ["Runs", "List", "Curves", "Moving", "Views and program", "Mouse", "Signs"] {
            #expect(seen.contains("│ \(heading)  "), "\(heading)")
        }
        for sign in ["▶ +Running", "✓ +Done", "✗ +Diverged"] {
            #expect(seen.contains(try Regex(sign)), "\(sign)")
        }
    }

    @Test("A click on the key bar acts like the key")
    func keyBar() throws {
        var state = try Scene.busy()
        let bar = try #require(state.frame().cells.lines.last)
        let column = try #require(bar.column(of: "s stop"))
        #expect(
            state.update(.input(.mouse(Mouse(.press, at: Point(x: column, y: 35))))) == [.stop(["vgg11-ratio4-3"])])
    }

    @Test("A click on a view's title shows the view")
    func tabs() throws {
        var state = try Scene.busy()
        _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: 60, y: 0)))))
        let header = state.frame().cells.lines[0]
        let column = try #require(header.column(of: "5 Log"))
        _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: column, y: 0)))))
        #expect(state.frame().cells.lines[1].contains("Log"))
    }
}
