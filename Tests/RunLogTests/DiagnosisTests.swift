// Runs that do not learn: symptoms, causes and remedies.

import Experiments
import RunLog
import Testing

@Suite struct DiagnosisTests {
    /// A run on ten classes at chance, and the health of its layers.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var variant = Variant.vgg11
        var classifier = [512, 512]
        var learningRate = 0.02
        /// Dead share and update ratio of each layer; the last one stands for all that follow except the logits.
        var layers: [(dead: Double, ratio: Double)]
        var loss = 2.303
        let cause: String
        let cure: String

        /// As measured in the last step of experiments/quickstart.yaml with data.limit_train=12800, training.epochs=2
        /// and the setting in the description.
        static let all = [
            Case(
                testDescription: "training.lr=1", learningRate: 1,
                layers: [
                    (0.125, 7.5e-12), (0.0625, 7.6e-12), (0.0938, 7e-12), (0.0625, 6.8e-12), (0.211, 8.4e-12),
                    (0.594, 1e-11), (0.883, 1.7e-11), (0.953, 4.6e-11), (0.984, 1.9e-10), (1, 4.9e-10), (0, 3.3e-9),
                ], loss: 2.323, cause: "linear 2 is dead: 100 % of its units are 0 for every image",
                cure: "start again with a smaller training.lr (now 1)"),
            Case(
                testDescription: "training.lr=0.2", learningRate: 0.2,
                layers: [
                    (0.562, 1e-6), (0.656, 1.7e-6), (0.531, 2.9e-6), (0.469, 5.6e-6), (0.586, 5.1e-6), (0.812, 4.5e-6),
                    (0.875, 1.1e-5), (0.945, 1.6e-5), (0.938, 1e-4), (0.85, 5.1e-4), (0, 1.8e-3),
                ], loss: 2.311, cause: "block 5 conv 2 is dead: 95 % of its units are 0 for every image",
                cure: "start again with a smaller training.lr (now 0.2)"),
            Case(
                testDescription: "training.lr=1e-5", learningRate: 1e-5,
                layers: [
                    (0.125, 6.8e-8), (0.0625, 4.6e-8), (0.0625, 5.5e-8), (0.0312, 6e-8), (0.141, 5.6e-8),
                    (0.0469, 5.3e-8), (0.188, 6.5e-8), (0.344, 8e-8), (0.496, 4.8e-8), (0.00586, 1.6e-7), (0, 6.8e-7),
                ], loss: 2.305,
                cause: "a step changes weights by no more than 6.8e-7 of their size; about 1e-3 is usual",
                cure: "raise training.lr (now 1e-5)"),
            Case(
                testDescription: "network.classifier=[1]", classifier: [1],
                layers: [
                    (0.125, 0), (0.0625, 0), (0.0625, 0), (0.0312, 0), (0.141, 0), (0.0469, 0), (0.188, 0), (0.344, 0),
                    (1, 0), (0, 0),
                ], cause: "linear 1 has only 1 unit, all of them dead, so nothing passes through",
                cure: "widen network.classifier"),
            Case(
                testDescription: "network.variant=vgg19", variant: .vgg19,
                layers: [
                    (0.125, 1.9e-6), (0, 1.4e-6), (0.0938, 1.2e-6), (0.125, 8e-7), (0.219, 7.7e-7), (0.0781, 1e-6),
                    (0.188, 1.1e-6), (0.219, 1.4e-6), (0.289, 1.5e-6), (0.188, 2.4e-6), (0.188, 2.8e-6),
                    (0.203, 3.8e-6),
                    (0.344, 6.5e-6), (0.352, 1e-5), (0.492, 1.8e-5), (0.531, 4.2e-5), (0.574, 8.8e-5), (0.0195, 2.5e-4),
                    (0, 9.7e-4),
                ], loss: 2.305,
                cause:
                    "the gradient vanishes on the backward pass: a step changes linear 3 by 9.7e-4 of its weights' size, "
                    + "block 1 conv 1 only by 1.9e-6",
                cure:
                    "deep networks start like this and may need more epochs; otherwise use fewer layers, or start from "
                    + "trained weights with network.weights"),
            // Not measured.
            Case(
                testDescription: "one unit, live", classifier: [1], layers: [(0, 1e-3)],
                cause: "everything must pass through the 1 unit of linear 1", cure: "widen network.classifier"),
            Case(
                testDescription: "half dead", layers: [(0.6, 1e-3), (0.1, 1e-3)],
                cause: "in block 1 60 % of units are 0 for every image",
                cure: "start again with a smaller training.lr (now 0.02)"),
        ]
    }

    @Test(arguments: Case.all) func `a run at chance is diagnosed with cause and remedy`(_ stuck: Case) throws {
        let experiment = Experiment(
            name: "stuck", network: NetworkRecipe(blocks: stuck.variant.blocks, ratio: 4, classifier: stuck.classifier),
            data: DataRecipe(resize: 32), training: TrainingRecipe(learningRate: stuck.learningRate, epochs: 3))
        let started = try started(experiment)
        let names = started.network.layers.compactMap(\.name)
        let layers = names.enumerated().map { index, name in
            let figures = stuck.layers[min(index, stuck.layers.count - 1)]
            return LayerHealth(
                name: name, deadShare: index == names.count - 1 ? nil : figures.dead, updateRatio: figures.ratio)
        }
        let epochs = (1...3).map { epoch(number: $0, loss: stuck.loss, accuracy: 0.101) }
        let found = LearningRecord(started, epochs: epochs, latest: progress(at: 1), layers: layers).diagnosis
        #expect(found?.badge == "not learning")
        let begin = "at chance after 3 epochs: loss \(Readable.fixed(stuck.loss, decimals: 3)), accuracy 0.101, where "
        let chance = "guessing among 10 classes has loss ln 10 = 2.303; "
        #expect(found?.reason == "\(begin)\(chance)\(stuck.cause): \(stuck.cure)")
    }

    @Test func `a run that has started to learn, or has just begun, is not at chance`() throws {
        let started = try started()
        let stuck = epoch(number: 1, loss: 2.303, accuracy: 0.1)
        func diagnosis(_ epochs: [EpochMetrics], _ recent: LearningRecord.Means? = nil) -> Diagnosis? {
            LearningRecord(started, epochs: epochs, latest: progress(at: 1), layers: [], recent: recent).diagnosis
        }
        #expect(diagnosis([stuck])?.badge == "not learning")
        #expect(diagnosis([stuck, epoch(number: 2, loss: 1.9, accuracy: 0.3)]) == nil)
        #expect(diagnosis([stuck], LearningRecord.Means(loss: 1.9, accuracy: 0.3, deadShare: nil)) == nil)
        #expect(diagnosis([]) == nil)
        // Strong dropout hides in the training accuracy what the test accuracy shows.
        var learning = epoch(number: 1, loss: 2.29, accuracy: 0.116)
        learning.testAccuracy = 0.321
        #expect(diagnosis([learning]) == nil)
        let again = diagnosis([
            epoch(number: 1, loss: 1.9, accuracy: 0.3), epoch(number: 2, loss: 2.303, accuracy: 0.1),
        ])
        #expect(again?.reason.hasPrefix("back at chance for 1 epoch: ") == true)
    }

    @Test func `a mostly dead layer is named`() throws {
        let layers = [
            LayerHealth(name: "features.0", deadShare: 0.1, updateRatio: 1e-3),
            LayerHealth(name: "features.3", deadShare: 0.87, updateRatio: 1e-3),
            LayerHealth(name: "classifier.6", deadShare: nil, updateRatio: 1e-3),
        ]
        let started = try started()
        func diagnosis(_ layers: [LayerHealth], _ recent: LearningRecord.Means? = nil) -> Diagnosis? {
            LearningRecord(started, epochs: [], latest: progress(at: 1), layers: layers, recent: recent).diagnosis
        }
        let found = diagnosis(layers)
        #expect(found?.badge == "dead units")
        #expect(
            found?.reason
                == "block 2 is dead: 87 % of its units are 0 for every image of a batch and learn nothing; start again "
                + "with a smaller training.lr (now 0.05)")
        #expect(diagnosis(Array(layers.dropLast(2))) == nil)
        // As in runs of earlier versions.
        let recent = LearningRecord.Means(loss: 1, accuracy: 0.5, deadShare: 0.6)
        #expect(diagnosis([], recent)?.reason.hasPrefix("60 % of channels and hidden features are 0") == true)
    }

    @Test func `an epoch with an exploded mean is not shown as a normal one`() throws {
        let epochs = [epoch(number: 1, loss: 8.7190692e34, accuracy: 0.5)]
        let found = LearningRecord(try started(), epochs: epochs, latest: progress(at: 1), layers: []).diagnosis
        #expect(found?.badge == "loss exploded")
        #expect(found?.reason.contains("the mean loss of epoch 1 is 8.7e34, where guessing has 2.303") == true)
        var log = TextLog()
        _ = log.output(of: .runStarted(try started()))
        let lines = log.output(of: .epochFinished(epochs[0])).standardOutput
        #expect(lines.contains("loss 8.7e34  train acc 0.500"))
        #expect(lines.contains("\nloss exploded: the mean loss of epoch 1 is 8.7e34"))
    }

    @Test(arguments: [true, false]) func `the log reports it once during the run and once at the end`(isQuiet: Bool)
        throws
    {
        var log = TextLog(quiet: isQuiet)
        _ = log.output(of: .runStarted(try started()))
        func lines(_ event: RunEvent) -> [Substring] { log.output(of: event).standardOutput.split(separator: "\n") }
        let first = lines(.epochFinished(epoch(number: 1, loss: 2.303, accuracy: 0.1)))
        #expect(first.count == 2 && first[1].hasPrefix("not learning: at chance after 1 epoch: "))
        #expect(lines(.epochFinished(epoch(number: 2, loss: 2.303, accuracy: 0.1))).count == 1)
        let last = epoch(number: 10, loss: 2.303, accuracy: 0.1)
        #expect(lines(.epochFinished(last)).count == 1)
        let end = lines(.runFinished(summary(.completed, last: last, best: last)))
        #expect(end.first?.hasPrefix("not learning: at chance after 3 epochs: ") == true)
    }

    @Test func `layers are numbered from 1`() throws {
        let recipe = NetworkRecipe(blocks: Variant.vgg16.blocks, ratio: 4)
        let network = try Experiment(name: "a", network: recipe).network(numClasses: 10)
        #expect(network.label(ofLayer: "features.0") == "block 1 conv 1")
        #expect(network.label(ofLayer: "features.28") == "block 5 conv 3")
        #expect(network.label(ofLayer: "classifier.3") == "linear 2")
        #expect(network.label(ofLayer: "elsewhere.1") == "elsewhere.1")
        #expect(try started().network.label(ofLayer: "features.0") == "block 1")
    }

    @Test(
        arguments: [
            (0, "0"), (1.234e-3, "1.2e-3"), (8.719069249616931e34, "8.7e34"), (0.999, "1e0"),
            (-9.96e-7, "-1e-6"),
            (5, "5e0"), (.nan, "nan"), (.leastNonzeroMagnitude, "4.9e-324"),
        ] as [(Double, String)]) func `small and large numbers have two digits`(value: Double, text: String)
    {
        #expect(Readable.scientific(value) == text)
    }

    private func epoch(number: Int, loss: Double, accuracy: Double) -> EpochMetrics {
        EpochMetrics(
            epoch: number, step: number * 469, trainLoss: loss, trainAccuracy: accuracy, testLoss: 2.303,
            testAccuracy: 0.1, examplesPerSecond: 80, stepExamplesPerSecond: 80, elapsedSeconds: Double(number),
            remainingSeconds: 0)
    }
}
