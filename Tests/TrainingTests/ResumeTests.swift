// When a run saves checkpoints, and that runs resumed from them match uninterrupted ones.

import TestSupport
import Datasets
import Engine
import Experiments
import Foundation
import Safetensors
import Testing
import Training

@Suite struct ResumeTests {
    /// The positions of a run's checkpoints, with whether each was the last.
    private func kept(
        _ checkpoint: CheckpointRecipe, epochs: Int = 2, stopAfter: Int? = nil
    ) throws -> (positions: [RunPosition], isLast: [Bool], events: [RunEvent]) {
        var rehearsal = Rehearsal(epochs: epochs)
        rehearsal.experiment.checkpoint = checkpoint
        var positions: [RunPosition] = []
        var isLast: [Bool] = []
        let stop = rehearsal.stop
        let model = FakeModel(clock: rehearsal.clock) { call in
            if call == stopAfter { stop.request() }
            return FakeModel.Reply()
        }
        let (events, _, _) = try rehearsal.run(model) { position, last in
            positions.append(position)
            isLast.append(last)
            return [.warning("kept")]
        }
        return (positions, isLast, events)
    }

    private let never = CheckpointRecipe(everyEpochs: nil, everyMinutes: nil, everySteps: nil)

    @Test func `the end of a run is always saved`() throws {
        let (positions, isLast, events) = try kept(never)
        #expect(positions.map(\.step) == [6])
        #expect(positions.map(\.epoch) == [3])
        #expect(isLast == [true])
        #expect(events.letters == "s" + "pppe" + "pppe" + "wf")
    }

    @Test func `every epoch is saved after its evaluation`() throws {
        let (positions, isLast, events) = try kept(CheckpointRecipe(), epochs: 3)
        #expect(positions.map(\.step) == [3, 6, 9])
        #expect(positions.map { $0.lastEpoch?.epoch } == [1, 2, 3])
        #expect(positions.allSatisfy { $0.stepInEpoch == 0 && $0.epochExamples == 0 && $0.epochLossSum == 0 })
        #expect(isLast == [false, false, true])
        #expect(events.letters == "s" + "pppew" + "pppew" + "pppewf")
    }

    @Test func `a new best epoch is saved regardless of schedule`() throws {
        var rehearsal = Rehearsal(epochs: 6)
        rehearsal.experiment.checkpoint = CheckpointRecipe(everyEpochs: 3, everyMinutes: nil, everySteps: nil)
        // An epoch has three training steps and two evaluation steps; this many of the five test images are correct.
        let correct = [1, 3, 2, 3, 4, 1]
        let model = FakeModel { call in FakeModel.Reply(correct: call % 5 == 4 ? correct[call / 5] : 0) }
        var epochs: [Int?] = []
        _ = try rehearsal.run(model) { position, _ in
            epochs.append(position.lastEpoch?.epoch)
            return []
        }
        #expect(epochs == [1, 2, 3, 5, 6])
    }

    @Test func `steps are saved, the last of an epoch after its evaluation`() throws {
        var recipe = never
        recipe.everySteps = 1
        let (positions, _, _) = try kept(recipe)
        #expect(positions.map(\.step) == [1, 2, 3, 4, 5, 6])
        #expect(positions.map(\.epoch) == [1, 1, 2, 2, 2, 3])
        #expect(positions[1].epochExamples == 8)
        #expect(positions[1].epochLossSum == 28)
        #expect(positions[1].epochCorrect == 4)
    }

    @Test func `minutes count from the last checkpoint`() throws {
        var recipe = never
        // A step takes 4 s: the first one after 6 s is the second, the next one after that is the fourth.
        recipe.everyMinutes = 0.1
        #expect(try kept(recipe).positions.map(\.step) == [2, 3, 5, 6])
    }

    @Test(arguments: [2, 3, 4, 7]) func `a stopped run is saved at its position`(call: Int) throws {
        let (positions, isLast, events) = try kept(never, stopAfter: call)
        // Calls 4 and 5 are the first evaluation, which is repeated.
        #expect(positions.map(\.step) == [call < 4 ? call : call == 4 ? 3 : 5])
        #expect(positions.map(\.stepInEpoch) == [call < 4 ? call : call == 4 ? 3 : 2])
        #expect(isLast == [true])
        #expect(events.letters.hasSuffix("wf"))
    }

    @Test func `a diverged run is not saved`() throws {
        let rehearsal = Rehearsal(epochs: 1)
        var isKept = false
        let model = FakeModel { _ in FakeModel.Reply(lossSum: .nan) }
        let (_, summary, _) = try rehearsal.run(model) { _, _ in
            isKept = true
            return []
        }
        #expect(summary.outcome == .diverged(step: 1))
        #expect(!isKept)
    }

    @Test(arguments: 0...6) func `a resumed run matches an uninterrupted one`(step: Int) throws {
        var recipe = never
        recipe.everySteps = 1
        var rehearsal = Rehearsal(epochs: 2, seed: 5, shuffle: true)
        rehearsal.experiment.checkpoint = recipe
        var positions = [RunPosition()]
        let whole = try rehearsal.run { position, _ in
            positions.append(position)
            return []
        }
        // The checkpoint is written to a file and read back.
        let stored = try JSONEncoder().encode(positions[step])
        let position = try JSONDecoder().decode(RunPosition.self, from: stored)
        #expect(position == positions[step])

        let rest = try rehearsal.run(FakeModel(), from: position)
        let wholeProgress = whole.events.progress.dropFirst(step)
        #expect(rest.events.progress.map(\.loss) == wholeProgress.map(\.loss))
        #expect(rest.events.progress.map(\.meanLoss) == wholeProgress.map(\.meanLoss))
        #expect(rest.events.progress.map(\.meanAccuracy) == wholeProgress.map(\.meanAccuracy))
        #expect(rest.events.progress.map(\.stepInEpoch) == wholeProgress.map(\.stepInEpoch))
        #expect(rest.model.trained == Array(whole.model.trained.dropFirst(step)))
        let wholeEpochs = whole.events.epochs.dropFirst(step / 3)
        #expect(rest.events.epochs.map(\.trainLoss) == wholeEpochs.map(\.trainLoss))
        #expect(rest.events.epochs.map(\.testLoss) == wholeEpochs.map(\.testLoss))
        #expect(rest.summary.bestEpoch?.epoch == whole.summary.bestEpoch?.epoch)
        #expect(rest.summary.step == 6)
        #expect(rest.summary.outcome == .completed)
    }

    @Test func `times and speeds continue`() throws {
        var rehearsal = Rehearsal(epochs: 2)
        rehearsal.experiment.checkpoint.everySteps = 2
        var position: RunPosition?
        let whole = try rehearsal.run { kept, _ in
            position = position ?? kept
            return []
        }
        let begin = try #require(position)
        #expect(begin.time.examples == 8)
        let rest = try rehearsal.run(FakeModel(clock: rehearsal.clock), from: begin)
        // One more read of the clock before the third step is all that was lost.
        let cut = try #require(rest.events.progress.first)
        #expect(cut.elapsedSeconds == whole.events.progress[2].elapsedSeconds + 1)
        #expect(rest.summary.stepExamplesPerSecond == whole.summary.stepExamplesPerSecond)
    }
}

/// With the real engine: tensors are written to files, and losses and weights are bit-identical.
@Suite struct EngineResumeTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private struct Ending {
        var losses: [Double] = []
        var weights: [UInt8] = []
    }

    /// Trains on images of noise until the end, from what was kept at `cut` if given.
    private func train(threads: Int, _ recipe: TrainingRecipe, from cut: Int? = nil) throws -> Ending {
        var experiment = Experiment(
            name: "noise",
            network: NetworkRecipe(
                blocks: [Block(numConvs: 1, outChannels: 16), Block(numConvs: 2, outChannels: 16)], ratio: 1,
                classifier: [24, 24], dropout: 0.3),
            data: DataRecipe(resize: 12, batchSize: 16),
            training: recipe)
        experiment.checkpoint.everySteps = 1
        let pixels = (0..<50 * 144).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let images = LabelledImages(height: 12, width: 12, pixels: pixels, labels: (0..<50).map { UInt8($0 % 3) })
        let data = TrainingData(
            train: images, test: images.prefix(20), numClasses: 3, summary: "noise", recipe: experiment.data)
        let network = try experiment.network(numClasses: 3)
        let model = try NetworkModel(network, recipe: experiment.training, batchSize: 16, threads: threads)
        let started = RunStarted(
            experiment: experiment, network: network, dataset: "", trainExamples: 50, testExamples: 20,
            stepsPerEpoch: data.stepsPerEpoch, threads: threads, machine: "", engine: "", predictedMemoryBytes: 0)

        func file(_ kind: String, _ step: Int) -> String { folder.file("\(kind)-\(step).safetensors") }
        var position = RunPosition()
        if let cut {
            let json = try Data(contentsOf: URL(filePath: folder.file("position-\(cut).json")))
            position = try JSONDecoder().decode(RunPosition.self, from: json)
            try model.loadWeights(file("weights", cut))
            if !model.optimizerState.isEmpty { try model.loadOptimizer(file("optimizer", cut)) }
        }
        var ending = Ending()
        var run = TrainingRun(
            started, data: data, from: position, stop: StopRequest(),
            keep: { position, _ in
                if cut == nil {
                    #expect(throws: Never.self) {
                        let json = try JSONEncoder().encode(position)
                        try json.write(to: URL(filePath: folder.file("position-\(position.step).json")))
                        try SafetensorsWriter.write(to: file("weights", position.step), tensors: model.weightSources)
                        try SafetensorsWriter.write(
                            to: file("optimizer", position.step), tensors: model.optimizerSources)
                    }
                }
                return []
            },
            emit: { event in
                switch event {
                case .progress(let progress): ending.losses.append(progress.loss)
                case .epochFinished(let epoch): ending.losses += [epoch.trainLoss, epoch.testLoss]
                default: break
                }
            })
        #expect(run.run(model).outcome == .completed)
        try model.saveWeights(to: file("end", 0))
        ending.weights = Array(try Data(contentsOf: URL(filePath: file("end", 0))))
        return ending
    }

    private static let recipes: [TrainingRecipe] = {
        let plain = TrainingRecipe(weightDecay: 1e-3, epochs: 2, seed: 3)
        var (momentum, adam, averaged) = (plain, plain, plain)
        momentum.momentum = 0.9
        (adam.optimizer, adam.learningRate, adam.schedule) = (.adamw, 1e-3, .cosine)
        (averaged.schedule, averaged.ratePatience, averaged.ema) = (.plateau, 1, 0.9)
        return [plain, momentum, adam, averaged]
    }()

    @Test(arguments: [1, 2], recipes) func `what was kept is all it takes`(threads: Int, recipe: TrainingRecipe) throws
    {
        let whole = try train(threads: threads, recipe)
        #expect(whole.losses.count == 2 * 4 + 2 * 2)
        for cut in [1, 2, 3, 4, 6] {
            let rest = try train(threads: threads, recipe, from: cut)
            #expect(rest.losses == Array(whole.losses.suffix(rest.losses.count)))
            #expect(rest.losses.count == whole.losses.count - cut - (cut >= 4 ? 2 : 0))
            #expect(rest.weights == whole.weights)
        }
    }
}
