// Lines at the foot of the screen: tags, notes, and editing text.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Lines at the foot")
struct LinesTests {
    private func state() throws -> State {
        var state = try Scene.busy()
        var runs = [
            Scene.run("one", .completed, epoch: 2, createdAt: 2), Scene.run("two", .completed, epoch: 2, createdAt: 1),
        ]
        (runs[0].tags, runs[0].note) = (["draft", "paper"], "too fast")
        runs[1].tags = ["paper"]
        _ = state.update(.experiments([]))
        _ = state.update(.runs(runs))
        return state
    }

    private func lastLine(_ state: State) -> String { state.frame().cells.lines.last ?? "" }

    @Test("The tags of a run are a line of words; added and removed ones are stored")
    func tags() throws {
        var state = try state()
        state.type(.home, "t")
        #expect(lastLine(state).hasPrefix(" tags of one draft paper"))
        state.type("new new")
        state.type(.home, .delete, .delete, .delete, .delete, .delete, .delete)
        #expect(state.type(.enter) == [.changeTags(["one"], add: ["new"], remove: ["draft"])])
        #expect(lastLine(state).contains("q quit"))
    }

    @Test("Nothing is stored if nothing changed, or if the user goes back")
    func unchanged() throws {
        var state = try state()
        #expect(state.type(.home, "t", .enter) == [])
        #expect(state.type("t", "x", .escape) == [])
        #expect(state.type("e", "x", .escape) == [])
    }

    @Test("Marked runs are tagged together, starting with their common tags")
    func markedRuns() throws {
        var state = try state()
        state.type("a", "t")
        #expect(lastLine(state).hasPrefix(" tags of 2 runs paper"))
        state.type("new")
        #expect(state.type(.enter) == [.changeTags(["one", "two"], add: ["new"], remove: [])])
    }

    @Test("A tag that is too long is refused")
    func longTag() throws {
        var state = try state()
        state.type(.home, "t")
        _ = state.update(.input(.paste(String(repeating: "x", count: 101))))
        #expect(lastLine(state).contains("a tag has at most 100 bytes"))
        #expect(state.type(.enter) == [])
        state.type(.control("w"))
        #expect(state.type("y", .enter) == [.changeTags(["one"], add: ["y"], remove: [])])
    }

    @Test("A note is edited at the cursor")
    func note() throws {
        var state = try state()
        state.type(.home, "e")
        #expect(lastLine(state).hasPrefix(" note on one too fast"))
        state.type(.left, .left, .left, .left, .backspace, " ", "v", "e", "r", "y", " ", .end, "!")
        #expect(state.type(.enter) == [.setNote(["one"], "too very fast!")])
    }

    @Test("An experiment has neither tags nor notes")
    func noRun() throws {
        var state = try Scene.busy()
        state.type(.down, .down, .down)
        #expect(state.type("t") == [])
        #expect(state.frame().cells.lines.joined().contains("no run is selected"))
    }

    @Test("Wide characters and combining marks move the cursor by their width on the screen")
    func wide() throws {
        var state = try state()
        state.type(.home, "e", .control("u"))
        let start = try #require(state.frame().cursor).x
        state.type("日本")
        #expect(state.frame().cursor?.x == start + 4)
        state.type(.left)
        #expect(state.frame().cursor?.x == start + 2)
        state.type("e\u{301}")
        #expect(state.type(.enter) == [.setNote(["one"], "日e\u{301}本")])
    }

    @Test("A filter can be edited in the middle")
    func filter() throws {
        var state = try state()
        state.type("/twx")
        state.type(.left, .delete, "o")
        #expect(lastLine(state).hasPrefix(" filter two"))
        #expect(state.frame().cells.lines[1].contains("1 of 2"))
    }
}
