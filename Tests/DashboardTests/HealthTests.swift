// Badges of runs that do not learn.

import Dashboard
import Experiments
import RunLog
import Screen
import Testing

@Suite("Not learning")
struct HealthTests {
    private func screen(_ records: [RunRecord]) -> [String] {
        var state = State(size: Size(columns: 120, rows: 40))
        _ = state.update(.runs([Scene.run("a-1")]))
        _ = state.update(.records(records))
        return state.frame().cells.lines
    }

    private func epochs(_ figures: [(train: Double, test: Double, testLoss: Double)]) -> [RunRecord] {
        figures.enumerated().map { index, figure in
            let metrics = EpochMetrics(
                epoch: index + 1, step: (index + 1) * 469, trainLoss: 0.3, trainAccuracy: figure.train,
                testLoss: figure.testLoss, testAccuracy: figure.test, examplesPerSecond: 80, stepExamplesPerSecond: 80,
                elapsedSeconds: Double(index), remainingSeconds: 0)
            return RunRecord(run: "a-1", sequence: index, time: 0, event: .epochFinished(metrics))
        }
    }

    @Test("A loss near ln 10 with an accuracy near 0.1 after 400 steps is guessing")
    func guessing() throws {
        let run = Scene.run("a-1")
        let lines = screen(try Scene.records(of: run, upTo: 450, flat: true))
        #expect(lines[3].contains("not learning"))
        #expect(lines.contains { $0.contains("ln 10 =") })
        #expect(!screen(try Scene.records(of: run, upTo: 380, flat: true))[3].contains("not learning"))
        #expect(!screen(try Scene.records(of: run, upTo: 450))[3].contains("not learning"))
    }

    @Test("A run that never learned is not shown as a plain success at its end", arguments: [true, false])
    func ended(learned: Bool) {
        var run = Scene.run("a-1", .completed, epoch: 10, best: learned ? 0.8 : 0.1)
        (run.loss, run.trainAccuracy) = learned ? (0.5, 0.8) : (2.303, 0.101)
        var state = State(size: Size(columns: 120, rows: 40))
        _ = state.update(.runs([run]))
        let line = state.frame().cells.lines[3]
        #expect(line.contains("✓ a-1"))
        #expect(line.contains("not learning") == !learned && line.contains("completed") == learned, "\(line)")
    }

    @Test("A loss that is not finite is reported, and drawing continues")
    func notANumber() {
        let progress = Progress(
            epoch: 1, step: 5, stepInEpoch: 5, stepsPerEpoch: 469, loss: .nan, meanLoss: .nan, meanAccuracy: 0.1,
            examplesPerSecond: 80, elapsedSeconds: 1, remainingSeconds: nil)
        let lines = screen([RunRecord(run: "a-1", sequence: 0, time: 0, event: .progress(progress))])
        #expect(lines[3].contains("not finite"))
        #expect(lines.contains { $0.contains("smaller training.lr") })
    }

    private func steps(_ count: Int, dead share: Double, batchSize: Int = 128) throws -> [RunRecord] {
        var run = Scene.run("a-1")
        run.experiment.data.batchSize = batchSize
        return try Scene.records(of: run, upTo: count).map { record in
            guard case .progress(var progress) = record.event else { return record }
            progress.deadShare = share
            progress.gradientNorm = 0.5
            var record = record
            record.event = .progress(progress)
            return record
        }
    }

    @Test("Units that are 0 for every image of large batches are dead, and their share is shown")
    func deadUnits() throws {
        let lines = screen(try steps(200, dead: 0.75))
        #expect(lines[3].contains("dead units"))
        #expect(lines.contains { $0.contains("75 % of channels and hidden features") })
        #expect(!screen(try steps(200, dead: 0.4))[3].contains("dead units"))
        #expect(!screen(try steps(90, dead: 0.75))[3].contains("dead units"))
        #expect(!screen(try steps(200, dead: 0.75, batchSize: 8))[3].contains("dead units"))
    }

    @Test("A mostly dead layer is named, and the Run screen shows one value per layer")
    func deadLayer() throws {
        var records = try steps(200, dead: 0.2)
        guard let last = records.lastIndex(where: { if case .progress = $0.event { true } else { false } }),
            case .progress(var progress) = records[last].event
        else { return }
        progress.layers = [
            LayerHealth(name: "features.0", deadShare: 0.01, updateRatio: 1e-3),
            LayerHealth(name: "features.3", deadShare: 0.87, updateRatio: 2e-3),
        ]
        records[last].event = .progress(progress)
        #expect(screen(records)[3].contains("dead units"))
        var state = State(size: Size(columns: 120, rows: 40))
        _ = state.update(.runs([Scene.run("a-1")]))
        _ = state.update(.records(records))
        _ = state.type("2")
        let text = state.frame().cells.lines.joined(separator: "\n")
        #expect(text.contains("block 2 is dead: 87 %"))
        #expect(text.contains("block 1 1 %, block 2 87 %"))
        #expect(text.contains("block 1 1e-3, block 2 2e-3"))
    }

    @Test("A gap between training and test that widens while the test loss rises is overfitting")
    func overfitting() {
        let lines = screen(epochs([(0.9, 0.88, 0.3), (0.93, 0.885, 0.31), (0.96, 0.885, 0.35)]))
        #expect(lines[3].contains("overfitting"))
        let fine = screen(epochs([(0.9, 0.88, 0.3), (0.93, 0.9, 0.29), (0.95, 0.91, 0.28)]))
        #expect(!fine[3].contains("overfitting"))
    }
}
