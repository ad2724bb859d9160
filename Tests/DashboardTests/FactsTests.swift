// The facts in the run view, and how long texts are shortened.

import Dashboard
import Experiments
import RunLog
import Screen
import Testing

@Suite("Facts of a run")
struct FactsTests {
    private func text(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    /// A fork that has ended, with long layer lines.
    private func state(columns: Int = 120, rows: Int = 36) throws -> State {
        var run = Scene.run("vgg11-ratio4-7", .completed, epoch: 2, createdAt: Scene.time)
        (run.endedAt, run.parent, run.parentStep) = (Scene.time + 3725, "vgg11-ratio4-3", 1407)
        (run.tags, run.note) = (["paper", "best"], "the one for figure 3")
        let records = try Scene.records(of: run, upTo: 938).map { record in
            guard case .progress(var progress) = record.event else { return record }
            progress.layers = try run.experiment.network(numClasses: 10).layers.filter { $0.parameters > 0 }
                .compactMap { $0.name.map { LayerHealth(name: $0, deadShare: 0.12, updateRatio: 0.0012) } }
            var record = record
            record.event = .progress(progress)
            return record
        }
        var state = State(size: Size(columns: columns, rows: rows)) { _ in 3600 }
        _ = state.update(.runs([run]))
        _ = state.update(.history(run: run.name, records))
        state.type("2")
        return state
    }

    @Test("Times of a run and the step of its parent are shown, in local time")
    func times() throws {
        let state = try state()
        #expect(text(state).contains(/began +2026-01-01 01:30:00/))
        #expect(text(state).contains(/ended +2026-01-01 02:32:05/))
        #expect(text(state).contains(/parent +vgg11-ratio4-3, at step 1,407/))
    }

    @Test("A run that ends while it is watched shows its end at once")
    func end() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        let run = Scene.run("a-1", createdAt: Scene.time)
        _ = state.update(.runs([run]))
        state.type("2")
        #expect(!text(state).contains("ended"))
        let end = RunSummary(
            outcome: .stopped, step: 0, lastEpoch: nil, bestEpoch: nil, examplesPerSecond: 0, stepExamplesPerSecond: 0,
            elapsedSeconds: 1, peakMemoryBytes: 1)
        _ = state.update(
            .records([RunRecord(run: "a-1", sequence: 0, time: Scene.time + 60, event: .runFinished(end))]))
        #expect(text(state).contains(/ended +2026-01-01 00:31:00/))
    }

    @Test(
        "Tags and note come before what is long; the rest is reached by pages, and by the wheel", arguments: [24, 36])
    func scrolling(rows: Int) throws {
        var state = try state(columns: rows == 24 ? 80 : 120, rows: rows)
        #expect(text(state).contains(/tags +paper best/))
        #expect(text(state).contains(/note +the one for/))
        #expect(text(state).contains("PgDn ↓ more"))
        #expect(!text(state).contains("Xeon"))
        for _ in 0..<12 { state.type(.pageDown) }
        #expect(text(state).contains("Xeon"))
        #expect(text(state).contains("PgUp ↑ more"))
        state.type(.pageUp)
        #expect(!text(state).contains("Xeon"))
        for _ in 0..<40 { _ = state.update(.input(.mouse(Mouse(.scrollDown, at: Point(x: 10, y: 5))))) }
        #expect(text(state).contains("Xeon"))
        state.type("1", "2")
        #expect(text(state).contains(/tags +paper best/))
    }

    @Test("Names that are too long keep their ends, in the list and the comparison")
    func names() {
        var state = State(size: Size(columns: 80, rows: 24))
        let name = "vgg11-ratio4-momentum0.9-decay0.0005-lr"
        _ = state.update(
            .runs([
                Scene.run(name + "0.01-1", .completed, epoch: 1, createdAt: 2),
                Scene.run(name + "0.05-1", .completed, epoch: 1, createdAt: 1),
            ]))
        #expect(state.frame().cells.lines[3].contains("lr0.01-1 "))
        #expect(state.frame().cells.lines[4].contains("lr0.05-1 "))
        state.type("a", "c")
        #expect(state.frame().cells.lines[2].contains(/vgg1\S*…\S*lr0.01-1 +vgg1\S*…\S*lr0.05-1/))
    }

    @Test("Problems are shown to their end, in the list and in notices")
    func problems() throws {
        var state = State(size: Size(columns: 80, rows: 24))
        let path = "experiments/" + String(repeating: "long-", count: 12) + "name.yaml"
        let problem = "\(path):4: training.lr must be greater than 0 (got -0.1)"
        _ = state.update(.experiments([ExperimentEntry(path: path, content: .failure(Problem(problem)))]))
        #expect(state.frame().cells.lines[3].contains("! experiments/long"))
        #expect(state.frame().cells.lines[3].contains("greater than 0 (got -0.1)"))
        _ = state.update(.notice("cannot save \(path): No space left on device", isError: true))
        #expect(state.frame().cells.lines[20].contains("cannot save"))
        #expect(state.frame().cells.lines[22].contains("No space left on device"))
    }
}
