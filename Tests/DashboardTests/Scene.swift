// A dashboard with experiments and runs for tests: synthetic but plausible values, the same on every machine.

import Dashboard
import Engine
import Experiments
import Glibc
import RunLog
package import Screen

extension State {
    /// A dashboard on a processor with AVX-512.
    init(
        size: Size, preferences: Preferences = Preferences(),
        utcOffset: @escaping @Sendable (Double) -> Int = { _ in 0 }
    ) {
        self.init(size: size, costs: Scene.costs, preferences: preferences, utcOffset: utcOffset)
    }
}

extension SpeedSample {
    init(_ network: Network, batchSize: Int, examplesPerSecond: Double, threads: Int) {
        self.init(
            work: Scene.costs.trainingWork(of: network, batchSize: batchSize), examplesPerSecond: examplesPerSecond,
            threads: threads)
    }
}

enum Scene {
    static let costs = EngineCosts(ProcessorTraits())

    static let fashionMNIST = DatasetFacts(
        name: "fashion-mnist", numClasses: 10,
        classNames: [
            "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
        ], trainExamples: 60_000, testExamples: 10_000, height: 28, width: 28)

    static func experiment(
        _ name: String, variant: Variant = .vgg11, ratio: Int = 4, lr: Double = 0.05, epochs: Int = 10,
        resize: Int = 224
    ) -> Experiment {
        var experiment = Experiment(name: name)
        experiment.network.blocks = variant.blocks
        experiment.network.ratio = ratio
        experiment.training.learningRate = lr
        experiment.training.epochs = epochs
        experiment.data.resize = resize
        return experiment
    }

    static let experiments: [ExperimentEntry] = [
        ExperimentEntry(
            path: "experiments/broken.yaml",
            content: .failure(
                Problem("experiments/broken.yaml:4: training.lr must be greater than 0 (got -0.1)"))),
        ready("quickstart", ratio: 4, lr: 0.02, epochs: 7, resize: 32),
        ready("vgg11", ratio: 1),
        ready("vgg11-lr0.01", lr: 0.01),
        ready("vgg11-ratio4"),
        ready("vgg11-ratio8", ratio: 8),
        ready("vgg13-ratio4", variant: .vgg13),
        ready("vgg16-ratio4", variant: .vgg16),
    ]

    private static func ready(
        _ name: String, variant: Variant = .vgg11, ratio: Int = 4, lr: Double = 0.05, epochs: Int = 10,
        resize: Int = 224
    ) -> ExperimentEntry {
        ExperimentEntry(
            path: "experiments/\(name).yaml",
            content: .success(
                experiment(name, variant: variant, ratio: ratio, lr: lr, epochs: epochs, resize: resize)))
    }

    static func run(
        _ name: String, _ state: RunState = .running, _ experiment: Experiment? = nil, epoch: Int = 0,
        best: Double? = nil, createdAt: Double = 0, queue: Int? = nil
    ) -> RunEntry {
        var status = RunStatus(state)
        (status.queuePosition, status.threads, status.createdAt) = (queue, 2, createdAt)
        (status.epoch, status.step, status.stepsPerEpoch) = (epoch, epoch * stepsPerEpoch, stepsPerEpoch)
        status.stepInEpoch = epoch > 0 ? stepsPerEpoch : 0
        (status.testAccuracy, status.bestAccuracy, status.bestEpoch) = (best, best, best.map { _ in epoch })
        return RunEntry(
            name: name, experiment: experiment ?? Scene.experiment("vgg11-ratio4"), status: status,
            data: RunData(summary: "fashion-mnist from /data", checksum: "abc", facts: fashionMNIST))
    }

    static let stepsPerEpoch = 469

    /// Half an hour after the first record of every run, in seconds since 1970.
    static let time = 1_767_227_400.0

    /// A reproducible number from 0 up to 1 for each position.
    private static func noise(_ place: Int) -> Double {
        var bits = UInt64(truncatingIfNeeded: place) &* 0x9E37_79B9_7F4A_7C15
        bits ^= bits >> 29
        bits = bits &* 0xBF58_476D_1CE4_E5B9
        return Double(bits >> 11) / 0x1p53
    }

    /// A run's records: every tenth step up to `lastStep`.
    ///
    /// - Parameter speed: how fast it learns.
    static func records(
        of run: RunEntry, upTo lastStep: Int, speed: Double = 1, rate: Double = 76.7, flat: Bool = false
    ) throws -> [RunRecord] {
        let experiment = run.experiment
        let network = try experiment.network(numClasses: 10)
        var records: [RunRecord] = []
        func add(_ event: RunEvent) {
            records.append(
                RunRecord(
                    run: run.name, sequence: records.count, time: 1_767_225_600 + Double(records.count), event: event)
            )
        }
        add(
            .runStarted(
                RunStarted(
                    experiment: experiment, network: network, dataset: "Fashion-MNIST in /data", trainExamples: 60000,
                    testExamples: 10000, stepsPerEpoch: stepsPerEpoch, threads: run.threads,
                    machine: "Xeon, 2 cores, 8 GiB", engine: "oneDNN 2.7, Winograd",
                    predictedMemoryBytes: 966_367_642)))
        var (sumLoss, sumAccuracy, inEpoch) = (0.0, 0.0, 0)
        for step in stride(from: 10, through: lastStep, by: 10) {
            let epoch = (step - 1) / stepsPerEpoch + 1
            let place = step - (epoch - 1) * stepsPerEpoch
            if place < 10 { (sumLoss, sumAccuracy, inEpoch) = (0, 0, 0) }
            let passed = Double(step) / Double(stepsPerEpoch) * speed
            let loss =
                flat ? 2.303 + 0.004 * (noise(step) - 0.5) : 0.22 + 2.08 * exp(-passed) + 0.1 * (noise(step) - 0.5)
            let accuracy =
                flat ? 0.1 + 0.02 * (noise(step) - 0.5) : 0.93 - 0.83 * exp(-passed) + 0.04 * (noise(step) - 0.5)
            let count = place - inEpoch
            sumLoss += loss * Double(count)
            sumAccuracy += accuracy * Double(count)
            inEpoch = place
            let seconds = Double(step) * 128 / rate
            add(
                .progress(
                    Progress(
                        epoch: epoch, step: step, stepInEpoch: place, stepsPerEpoch: stepsPerEpoch, loss: loss,
                        meanLoss: sumLoss / Double(place), meanAccuracy: sumAccuracy / Double(place),
                        examplesPerSecond: rate * (0.95 + 0.1 * noise(step * 7)), elapsedSeconds: seconds,
                        remainingSeconds: Double(experiment.training.epochs * stepsPerEpoch - step) * 128 / rate)))
            if place > stepsPerEpoch - 10 {
                add(
                    .epochFinished(
                        EpochMetrics(
                            epoch: epoch, step: epoch * stepsPerEpoch, trainLoss: sumLoss / Double(place),
                            trainAccuracy: sumAccuracy / Double(place), testLoss: loss + 0.03,
                            testAccuracy: (accuracy * 1000).rounded() / 1000, examplesPerSecond: rate,
                            stepExamplesPerSecond: rate + 1, elapsedSeconds: Double(epoch * stepsPerEpoch) * 128 / rate,
                            remainingSeconds: 600)))
            }
        }
        return records
    }

    static let machine = MachineLoad(
        threadBudget: 2, threadsInUse: 2, memoryUsedBytes: 1_181_116_006, memoryTotalBytes: 25_769_803_776,
        processorUse: ProcessorUse(all: 0.97, own: 0.95), residentBytes: 1_010_827_264)

    /// A dashboard in use: two runs are running, one is queued, three have ended, one of them badly.
    static func busy(columns: Int = 120, rows: Int = 36) throws -> State {
        var state = State(size: Size(columns: columns, rows: rows))
        let begin = time - 1800
        let runs = [
            run("vgg11-ratio4-3", createdAt: begin + 30),
            run("vgg16-ratio4-1", .running, experiment("vgg16-ratio4", variant: .vgg16), createdAt: begin + 31),
            run(
                "vgg13-ratio4-1", .queued, experiment("vgg13-ratio4", variant: .vgg13), createdAt: begin + 32, queue: 1),
            run(
                "vgg11-lr0.01-1", .completed, experiment("vgg11-lr0.01", lr: 0.01), epoch: 10, best: 0.861,
                createdAt: begin + 10),
            run("vgg11-lr0.5-1", .diverged, experiment("vgg11-lr0.5", lr: 0.5), epoch: 1, createdAt: begin + 11),
            run(
                "quickstart-1", .stopped, experiment("quickstart", lr: 0.02, epochs: 7, resize: 32), epoch: 4,
                best: 0.884, createdAt: begin + 9),
        ]
        _ = state.update(.tick(seconds: 100, time: time))
        _ = state.update(.experiments(experiments))
        _ = state.update(.runs(runs))
        _ = state.update(.machine(machine))
        _ = state.update(.dataset(fashionMNIST))
        _ = state.update(.records(try records(of: runs[0], upTo: 3 * stepsPerEpoch + 290)))
        _ = state.update(.records(try records(of: runs[1], upTo: 400, rate: 21.4, flat: true)))
        _ = state.update(
            .history(run: "vgg11-lr0.01-1", try records(of: runs[3], upTo: 10 * stepsPerEpoch, speed: 0.5)))
        _ = state.update(
            .history(run: "quickstart-1", try records(of: runs[5], upTo: 4 * stepsPerEpoch, speed: 1.5, rate: 5200)))
        _ = state.update(.tick(seconds: 103, time: time + 3))
        return state
    }
}

extension String {
    /// The characters before a text; `nil` if the text is not found.
    func column(of text: String) -> Int? {
        firstRange(of: text).map { distance(from: startIndex, to: $0.lowerBound) }
    }
}

extension State {
    /// Types keys, and collects their effects.
    @discardableResult
    mutating func type(_ keys: Key...) -> [Effect] { keys.flatMap { update(.input(.key($0))) } }

    /// Types a text.
    @discardableResult
    mutating func type(_ text: String) -> [Effect] { text.flatMap { update(.input(.key(.character($0)))) } }
}

extension Key: ExpressibleByExtendedGraphemeClusterLiteral {
    /// The key that types it.
    package init(extendedGraphemeClusterLiteral value: Character) { self = .character(value) }
}

extension Scene {
    /// Predictions of a network that confuses shirts and pullovers, for synthetic images.
    static func report(images count: Int = 24) -> PredictionReport {
        let confusion = (0..<10).map { truth in
            (0..<10).map { prediction in
                if truth == prediction { return truth == 6 ? 700 : 900 }
                if [0, 2, 4, 6].contains(truth), [0, 2, 4, 6].contains(prediction) { return truth == 6 ? 100 : 30 }
                return (truth * 7 + prediction * 3) % 5
            }
        }
        let images = (0..<count).map { index in
            let pixels = (0..<28 * 28).map { pixel -> UInt8 in
                let (x, y) = (pixel % 28 - 14, pixel / 28 - 14)
                let radius = x * x + y * y
                return radius < 30 + index * 6 ? UInt8(min(255, 120 + radius)) : 0
            }
            let truth = index % 10
            return PredictedImage(
                index: index, truth: truth, prediction: (truth + 6) % 10,
                probability: 0.4 + Double(index) / 50, pixels: pixels)
        }
        let filters: [[Float]] = (0..<16).map { filter in
            (0..<9).map { weight in
                let level = (weight * 5 + filter * 3) % 11
                return Float(level) / 5 - 1
            }
        }
        return PredictionReport(
            classes: fashionMNIST.classNames ?? [], confusion: confusion, width: 28, height: 28, images: images,
            kernel: 3,
            filters: filters, step: 1690)
    }
}
