// The images that an experiment uses of its data set, and the number of steps.

import TestSupport
import Datasets
import Experiments
import Foundation
import Testing
import Training

@Suite struct TrainingDataTests {
    @Test(arguments: [(nil, nil, 6, 3), (4, 2, 4, 2), (1, 1, 1, 1), (6, 3, 6, 3), (100, 100, 6, 3)] as [Limits])
    func `limits draw a sample by the seed, or use the first images`(limits: Limits) throws {
        let folder = try TemporaryFolder()
        let dataset = try folder.dataset(train: 6, test: 3)
        var experiment = Experiment(name: "a", training: TrainingRecipe(seed: 3))
        experiment.data = DataRecipe(
            dataset: "tiny", resize: 2, batchSize: 4, limitTrain: limits.train, limitTest: limits.test,
            sampling: .first)
        var data = TrainingData(dataset, for: experiment)
        #expect(data.train == dataset.train.prefix(limits.trainCount))
        #expect(data.test == dataset.test.prefix(limits.testCount))
        experiment.data.sampling = .stratified
        data = TrainingData(dataset, for: experiment)
        #expect(data.train == dataset.train.stratified(limits.trainCount, seed: 3))
        #expect(data.test == dataset.test.stratified(limits.testCount, seed: 3))
        #expect(data.train.count == limits.trainCount)
        #expect(data.test.count == limits.testCount)
        #expect(data.summary == "tiny from \(folder.path)")
        // The classes are those of the whole data set, so a limit does not change the network.
        #expect(data.numClasses == 6)
        #expect(data.facts == dataset.facts)
    }

    @Test func `classes without training images are reported`() {
        var rehearsal = Rehearsal()
        rehearsal.train = .numbered(3, from: 1)
        let data = TrainingData(
            train: rehearsal.train, test: rehearsal.test.prefix(0), numClasses: 6, summary: "",
            recipe: rehearsal.experiment.data)
        #expect(data.missingClasses == [0, 4, 5])
    }

    typealias Limits = (train: Int?, test: Int?, trainCount: Int, testCount: Int)

    @Test func `a limited run uses no other image`() throws {
        let folder = try TemporaryFolder()
        var rehearsal = Rehearsal(epochs: 2, shuffle: true)
        rehearsal.experiment.data.limitTrain = 5
        rehearsal.experiment.data.limitTest = 2
        rehearsal.experiment.data.sampling = .first
        let data = TrainingData(try folder.dataset(train: 20, test: 3), for: rehearsal.experiment)
        rehearsal.train = data.train
        rehearsal.test = data.test
        let model = try rehearsal.run().model
        #expect(model.trained.map(\.count) == [4, 1, 4, 1])
        #expect(Set(model.trained.joined()) == Set(0..<5))
        #expect(model.evaluated == [[0, 1], [0, 1]])
    }

    @Test(arguments: [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3), (100, 25)])
    func `the last batch of an epoch may be smaller`(images: Int, steps: Int) {
        var rehearsal = Rehearsal()
        rehearsal.train = .numbered(images)
        #expect(rehearsal.data.stepsPerEpoch == steps)
    }

    @Test func `storage is one byte per pixel and one per label`() {
        #expect(Rehearsal().data.loadedBytes == (10 + 5) * (4 + 1))
    }

    @Test func `blank images are one batch of the experiment's size`() {
        let data = TrainingData.blank(like: DataRecipe(resize: 32, batchSize: 25), numClasses: 10)
        #expect(data.train.count == 25)
        #expect(data.stepsPerEpoch == 1)
        #expect(data.numClasses == 10)
        #expect(data.train.labels.allSatisfy { $0 < 10 })
    }

    @Test func `a separate evaluation equals that of a run`() throws {
        let rehearsal = Rehearsal(epochs: 1)
        let sums = try rehearsal.data.evaluate(FakeModel())
        let epoch = try rehearsal.run().events.epochs.first
        #expect(sums.examples == 5)
        #expect(sums.correct == 3)
        #expect(epoch?.testLoss == sums.meanLoss)
        #expect(epoch?.testAccuracy == sums.accuracy)
    }
}

extension TemporaryFolder {
    /// A data set of numbered images, written as IDX files and read back.
    func dataset(train: Int, test: Int) throws -> Dataset {
        for (name, images) in [("train", LabelledImages.numbered(train)), ("t10k", LabelledImages.numbered(test))] {
            let count = UInt8(images.count)
            let pixels = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 2] + images.pixels
            try write(pixels, to: "\(name)-images-idx3-ubyte")
            let labels = [0, 0, 8, 1, 0, 0, 0, count] + images.labels
            try write(labels, to: "\(name)-labels-idx1-ubyte")
        }
        return try Dataset.load(named: "tiny", dataFolder: path, environment: [:])
    }
}
