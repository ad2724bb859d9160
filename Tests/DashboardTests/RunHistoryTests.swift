// Records become curves: requested histories, resumed runs, thinned progress, values in the list.

import Dashboard
import Experiments
import RunLog
import Screen
import Testing

@Suite("Histories of runs")
struct RunHistoryTests {
    private func state(_ runs: RunEntry...) -> State {
        var state = State(size: Size(columns: 120, rows: 36))
        _ = state.update(.runs(runs))
        return state
    }

    /// The legend's value of the loss at the cursor or the end.
    private func lossLegend(_ state: State) -> String {
        let line = state.frame().cells.lines[2]
        return String(line.dropFirst(line.column(of: "── ") ?? line.count).dropLast())
    }

    @Test("A run's history is requested once, when it is first shown")
    func askedOnce() {
        var state = State(size: Size(columns: 120, rows: 36))
        let runs = [Scene.run("a-1", .completed, epoch: 2), Scene.run("b-1", .completed, epoch: 2)]
        #expect(state.update(.runs(runs)) == [.loadHistory(run: "b-1")])
        #expect(state.update(.runs(runs)) == [])
        #expect(state.update(.history(run: "b-1", [])) == [])
        #expect(state.type(.down) == [.loadHistory(run: "a-1")])
        #expect(state.type(.up) == [])
    }

    @Test("The history of a run with all its records is not requested")
    func liveFromTheStart() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        let run = Scene.run("a-1")
        _ = state.update(.records(try Scene.records(of: run, upTo: 50)))
        #expect(state.update(.runs([run])) == [])
    }

    @Test("A run that was stopped within an epoch shows its share of the epoch")
    func stoppedWithinAnEpoch() {
        var run = Scene.run("a-1", .stopped, epoch: 2)
        (run.step, run.stepInEpoch) = (Scene.stepsPerEpoch + 47, 47)
        var state = State(size: Size(columns: 120, rows: 36))
        _ = state.update(.runs([run]))
        #expect(state.frame().cells.lines.contains { $0.contains("epoch 2/10") && $0.contains("10 %") })
    }

    @Test("The history of another process's run is requested again when it has advanced")
    func otherProcess() throws {
        var run = Scene.run("a-1")
        run.isOurs = false
        run.step = 100
        var state = State(size: Size(columns: 120, rows: 36))
        #expect(state.update(.runs([run])) == [.loadHistory(run: "a-1")])
        #expect(state.update(.history(run: "a-1", try Scene.records(of: run, upTo: 100))) == [])
        run.step = 110
        #expect(state.update(.runs([run])) == [])
        run.step = 130
        #expect(state.update(.runs([run])) == [.loadHistory(run: "a-1")])
    }

    @Test("Records that arrive while the history is read follow it, once")
    func overlap() throws {
        let run = Scene.run("a-1")
        let records = try Scene.records(of: run, upTo: 400)
        var apart = state(run)
        _ = apart.update(.records(Array(records[20...])))
        _ = apart.update(.history(run: "a-1", Array(records[...30])))
        var whole = state(run)
        _ = whole.update(.records(records))
        #expect(lossLegend(apart) == lossLegend(whole))
        #expect(apart.frame().cells.lines[5] == whole.frame().cells.lines[5])
    }

    @Test("Steps that are repeated after a crash replace the lost ones")
    func resumed() throws {
        let run = Scene.run("a-1")
        var state = state(run)
        let records = try Scene.records(of: run, upTo: 400)
        _ = state.update(.records(records))
        guard case .runStarted(var started) = records[0].event else { return }
        started.resumedStep = 200
        let event = RunEvent.runStarted(started)
        _ = state.update(.records([RunRecord(run: "a-1", sequence: records.count, time: 0, event: event)]))
        state.type("x")
        let lines = state.frame().cells.lines
        // The axis ends at step 200 now.
        #expect(lines.contains { $0.contains("150") && $0.contains("step") })
        #expect(!lines.contains { $0.contains("300") && $0.contains("step") })
    }

    @Test("A run that was killed and resumed drops lost records at once, although their sequence numbers are reused")
    func killed() throws {
        var preferences = Preferences()
        (preferences.smoothing, preferences.axis) = (0, .step)
        var state = State(size: Size(columns: 120, rows: 36), preferences: preferences)
        let run = Scene.run("a-1", epoch: 0)
        let records = try Scene.records(of: run, upTo: 300)
        _ = state.update(.runs([run]))
        _ = state.update(.history(run: "a-1", records))
        _ = state.update(.runs([Scene.run("a-1", .interrupted)]))
        func hasTick(_ text: String) -> Bool {
            state.frame().cells.lines.contains { $0.contains("\(text) ") && $0.contains(/(step|time) *│/) }
        }
        #expect(hasTick("200"))
        // Back to step 100; the records after it, from number 11 on, come again with other values.
        guard case .runStarted(var started) = records[0].event else { return }
        started.resumedStep = 100
        _ = state.update(.runs([Scene.run("a-1", .running)]))
        _ = state.update(.records([RunRecord(run: "a-1", sequence: 11, time: 5000, event: .runStarted(started))]))
        #expect(!hasTick("200") && hasTick("50"))
        guard case .progress(var progress) = records[11].event, case .progress(let before) = records[10].event else {
            return
        }
        #expect(before.step == 100 && progress.step == 110)
        (progress.loss, progress.elapsedSeconds) = (5, 1000)
        progress.meanLoss = (before.meanLoss * 100 + 7 * 10) / 110
        _ = state.update(.records([RunRecord(run: "a-1", sequence: 12, time: 5001, event: .progress(progress))]))
        // The mean of the ten steps since the checkpoint, not one of the dead process.
        #expect(lossLegend(state).hasPrefix("── train 7.000"), "\(lossLegend(state))")
        state.type("x")
        #expect(hasTick("15min") || hasTick("10min"), "times are the new process's")
    }

    @Test("Thinned progress gives the mean of the omitted steps")
    func thinned() throws {
        let run = Scene.run("a-1")
        func progress(_ step: Int, loss: Double, mean: Double, accuracy: Double) -> RunEvent {
            .progress(
                Progress(
                    epoch: 1, step: step, stepInEpoch: step, stepsPerEpoch: 469, loss: loss, meanLoss: mean,
                    meanAccuracy: accuracy, examplesPerSecond: 80, elapsedSeconds: Double(step), remainingSeconds: nil))
        }
        var preferences = Preferences()
        preferences.smoothing = 0
        var state = State(size: Size(columns: 120, rows: 36), preferences: preferences)
        _ = state.update(.runs([run]))
        let events = [
            progress(100, loss: 9, mean: 2, accuracy: 0.2), progress(200, loss: 9, mean: 1.5, accuracy: 0.5),
        ]
        _ = state.update(
            .records(events.enumerated().map { RunRecord(run: "a-1", sequence: $0.offset, time: 0, event: $0.element) })
        )
        // Means of 2 over 100 steps and 1.5 over 200: the second hundred had 1.
        #expect(lossLegend(state).hasPrefix("── train 1.000"))
        #expect(state.frame().cells.lines.contains { $0.contains("── train 0.800") })
    }

    @Test(
        "A fork with other steps per epoch shows its own epoch, its share of the run, and the images that it has seen"
    )
    func forked() throws {
        var preferences = Preferences()
        (preferences.smoothing, preferences.axis) = (0, .images)
        var state = State(size: Size(columns: 120, rows: 36), preferences: preferences)
        _ = state.update(.runs([Scene.run("a-1", .running, Scene.experiment("a", epochs: 30))]))
        let progress = Progress(
            epoch: 27, step: 4242, stepInEpoch: 30, stepsPerEpoch: 100, examplesSeen: 1_234_567, loss: 1, meanLoss: 1,
            meanAccuracy: 0.5, examplesPerSecond: 80, elapsedSeconds: 9, remainingSeconds: 7)
        _ = state.update(.records([RunRecord(run: "a-1", sequence: 50, time: 0, event: .progress(progress))]))
        let lines = state.frame().cells.lines
        #expect(lines.contains { $0.contains("epoch 27/30") && $0.contains("30 %") })
        // 26.3 of 30 epochs.
        #expect(lines.contains { $0.contains("run ") && $0.contains("88 %") }, "\(lines.joined(separator: "\n"))")
        state.type(.right)
        #expect(state.frame().cells.lines.contains { $0.contains("1,234,567 images") })
    }

    @Test("The list follows records, and keeps their values against older entries")
    func figures() throws {
        let run = Scene.run("a-1")
        var state = state(run)
        _ = state.update(.records(try Scene.records(of: run, upTo: 500)))
        #expect(state.frame().cells.lines[3].contains("running          4 0.05  2/10 0.639"))
        _ = state.update(.runs([run]))
        #expect(state.frame().cells.lines[3].contains("running          4 0.05  2/10 0.639"))
        let summary = RunSummary(
            outcome: .diverged(step: 500), step: 500, lastEpoch: nil, bestEpoch: nil, examplesPerSecond: 80,
            stepExamplesPerSecond: 80, elapsedSeconds: 100, peakMemoryBytes: 1 << 30)
        _ = state.update(.records([RunRecord(run: "a-1", sequence: 9999, time: 0, event: .runFinished(summary))]))
        #expect(state.frame().cells.lines[3].contains("✗ a-1"))
    }
}
