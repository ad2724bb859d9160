// A run's progress in the overview's panel.

import Dashboard
import Experiments
import Screen
import Testing

@Suite struct ProgressTests {
    private var state: State
    private let run = Scene.run("vgg11-ratio4-1")

    init() throws {
        state = State(size: Size(columns: 160, rows: 50))
        _ = state.update(.tick(seconds: 50, time: Scene.time))
        _ = state.update(.runs([run]))
    }

    private mutating func tell(_ event: RunEvent, _ number: Int) {
        _ = state.update(.records([RunRecord(run: run.name, sequence: number, time: Scene.time, event: event)]))
    }

    private func progress(_ step: Int, rate: Double = 80, mean: Double? = 100) -> RunEvent {
        .progress(
            Progress(
                epoch: 1, step: step, stepInEpoch: step, stepsPerEpoch: Scene.stepsPerEpoch, loss: 1, meanLoss: 1,
                meanAccuracy: 0.5, examplesPerSecond: rate, meanExamplesPerSecond: mean, elapsedSeconds: 90,
                remainingSeconds: 3600))
    }

    private func evaluating(_ examples: Int, of epoch: Int) -> RunEvent {
        .evaluating(
            EvaluationProgress(
                epoch: epoch, step: epoch * Scene.stepsPerEpoch, examples: examples, allExamples: 10_000,
                elapsedSeconds: 100,
                remainingSeconds: 25))
    }

    /// The lines of the screen that contain a text.
    private func lines(with text: String) -> [String] {
        state.frame().cells.lines.filter { $0.contains(text) }
    }

    @Test mutating func `the current speed is shown with the epoch's mean, and the end of the run`() {
        tell(progress(100), 1)
        #expect(lines(with: "80.0 images/s, mean 100.0 ").count == 1)
        // An hour after 00:30.
        #expect(lines(with: "1 h 00 min left, ends 01:30").count == 1)
        tell(progress(101, rate: 80, mean: 80), 2)
        #expect(lines(with: "80.0 images/s ").allSatisfy { !$0.contains("mean") })
    }

    @Test mutating func `an evaluation is a separate phase, and no run is complete before its end`() {
        let first = EpochMetrics(
            epoch: 1, step: Scene.stepsPerEpoch, trainLoss: 1, trainAccuracy: 0.5, testLoss: 1, testAccuracy: 0.5,
            examplesPerSecond: 100, stepExamplesPerSecond: 110, elapsedSeconds: 100, remainingSeconds: 900,
            trainSeconds: 60, evaluationSeconds: 40)
        tell(progress(Scene.stepsPerEpoch), 1)
        tell(.epochFinished(first), 2)
        #expect(lines(with: "10 %").count == 1)
        tell(evaluating(0, of: 2), 3)
        tell(evaluating(4000, of: 2), 4)
        #expect(lines(with: "evaluation 2").first?.contains("40 %") == true)
        #expect(lines(with: "evaluating, trained at 100.0 images/s").count == 1)
        // 100 and 60 and 16 of 1000 seconds.
        #expect(lines(with: "18 %").count == 1)
        #expect(lines(with: "25 s left, ends 00:30").count == 1)
        tell(
            .evaluating(
                EvaluationProgress(
                    epoch: 10, step: 4690, examples: 10_000, allExamples: 10_000, elapsedSeconds: 1e6,
                    remainingSeconds: 0)), 5)
        #expect(lines(with: "99 %").count == 1)
        tell(progress(470), 6)
        #expect(lines(with: "evaluation").isEmpty)
    }

    @Test mutating func `without progress the speed is 0`() {
        tell(progress(100, rate: 640), 1)
        _ = state.update(.tick(seconds: 54, time: Scene.time + 4))
        #expect(lines(with: "640.0 images/s").count == 2)
        _ = state.update(.tick(seconds: 56, time: Scene.time + 6))
        #expect(lines(with: "0 images/s, nothing for 6.0 s").count == 1)
        #expect(lines(with: "640.0 images/s").isEmpty)
        // A step of 128 images at 10 images/s takes 12.8 s.
        tell(progress(101, rate: 10), 2)
        _ = state.update(.tick(seconds: 90, time: Scene.time + 40))
        #expect(lines(with: "nothing for").isEmpty)
        _ = state.update(.tick(seconds: 95, time: Scene.time + 45))
        #expect(lines(with: "0 images/s, nothing for 39 s").count == 1)
    }

    @Test mutating func `another process's run that makes progress is moving`() {
        var other = run
        (other.isOurs, other.step, other.examplesPerSecond) = (false, 1, 640)
        _ = state.update(.runs([other]))
        _ = state.update(.tick(seconds: 60, time: Scene.time + 10))
        #expect(lines(with: "nothing for").count == 1)
        other.step += 7
        _ = state.update(.runs([other]))
        #expect(lines(with: "nothing for").isEmpty)
        other.evaluatedShare = 0.25
        _ = state.update(.runs([other]))
        #expect(lines(with: "evaluation").first?.contains("25 %") == true)
    }
}
