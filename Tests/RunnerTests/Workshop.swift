// A temporary store, synthetic images and a small network with dropout and momentum: all that a session needs.

import TestSupport
import Checkpoints
import Datasets
import Engine
import Experiments
import Foundation
import GRDB
import Model
import RunStore
import Runner
import Training

/// Records a run's events.
final class Notebook: RunObserver {
    private(set) var records: [RunRecord] = []
    private(set) var profiles: [[PassTime]] = []
    private let each: (RunRecord) -> Void

    init(each: @escaping (RunRecord) -> Void = { _ in }) { self.each = each }

    func observe(_ record: RunRecord) {
        records.append(record)
        each(record)
    }

    func observe(profile: [PassTime], of run: String) { profiles.append(profile) }
}

/// Creates sessions of a run of two epochs of five steps.
final class Workshop {
    private let folder: TemporaryFolder
    let store: RunStore
    var experiment: Experiment

    init() throws {
        folder = try TemporaryFolder()
        store = try RunStore(folder: folder.path, creates: true, patience: 0.1)
        experiment = Experiment(
            name: "bands",
            network: NetworkRecipe(
                blocks: [Block(numConvs: 1, outChannels: 8), Block(numConvs: 1, outChannels: 16)], ratio: 1,
                classifier: [24], dropout: 0.5),
            data: DataRecipe(resize: 12, batchSize: 10),
            training: TrainingRecipe(momentum: 0.9, epochs: 2, seed: 7))
    }

    var path: String { folder.path }

    /// 48 training and 20 test images of 12 × 12 in three classes: a bright band at the top, middle or bottom.
    private static let images: LabelledImages = {
        let labels = (0..<48).map { UInt8($0 % 3) }
        let pixels = labels.enumerated().flatMap { number, label in
            (0..<144).map { pixel -> UInt8 in
                let noise = UInt8((number * 53 + pixel * 29) % 97)
                return pixel / 48 == Int(label) ? 150 + noise : noise
            }
        }
        return LabelledImages(height: 12, width: 12, pixels: pixels, labels: labels)
    }()

    /// The experiment with other images than the workshop's own.
    func prepare(_ images: LabelledImages, numClasses: Int) throws -> PreparedExperiment {
        let data = TrainingData(
            train: images, test: images.prefix(20), numClasses: numClasses, summary: "made-up", recipe: experiment.data)
        return try PreparedExperiment(experiment, data: data, threads: 1, machine: .current, backend: OneDNNBackend())
    }

    func prepare(checksum: String = "abc", threads: Int = 1, machine: Machine = .current) throws -> PreparedExperiment {
        var data = TrainingData(
            train: Self.images, test: Self.images.prefix(20), numClasses: 3, summary: "bands",
            recipe: experiment.data)
        data.checksum = checksum
        return try PreparedExperiment(
            experiment, data: data, threads: threads, machine: machine, backend: OneDNNBackend())
    }

    /// A session's events, and its model's tensors at the end.
    struct Ending {
        var records: [RunRecord] = []
        var profiles: [[PassTime]] = []
        var summary: RunSummary
        var weights: [String: [Float]] = [:]

        var warnings: [String] {
            records.compactMap { if case .warning(let text) = $0.event { text } else { nil } }
        }
        var savedSteps: [Int] {
            records.compactMap { if case .checkpointSaved(let saved) = $0.event { saved.step } else { nil } }
        }
    }

    /// Trains a session's run until it ends, or is stopped after a step.
    ///
    /// - Parameter each: called with every record, after the store.
    func train(
        _ session: RunSession, stopAfter step: Int? = nil, each: @escaping (RunRecord) -> Void = { _ in }
    ) throws -> Ending {
        let stop = StopRequest()
        let observer = Notebook { record in
            if case .progress(let progress) = record.event, progress.step == step { stop.request() }
            each(record)
        }
        let summary = session.train(stop: stop, observers: [observer])
        var ending = Ending(records: observer.records, profiles: observer.profiles, summary: summary)
        for parameter in session.model.parameters {
            ending.weights[parameter.name] = try session.model.withValues(of: parameter) { Array($0) }
        }
        return ending
    }

    /// Another program's connection to the store.
    func database() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.allowsUnsafeTransactions = true  // an open one keeps the store locked
        return try DatabaseQueue(path: "\(path)/runs.sqlite", configuration: configuration)
    }

    func new() throws -> RunSession { try RunSession.new(try prepare(), in: store, program: "vgglab 0") }

    func resume(_ name: String = "last") throws -> RunSession {
        try RunSession.resume(try store.run(named: name), try prepare(), in: store)
    }

    /// The values of a run that depend only on the seed, by step and by epoch.
    func metrics(_ name: String, in other: RunStore? = nil) throws -> [[Double]] {
        let store = other ?? store
        let run = try store.run(named: name)
        let steps = try store.steps(of: run).map {
            [Double($0.step), Double($0.epoch), Double($0.stepInEpoch), $0.loss, $0.meanLoss, $0.meanAccuracy]
        }
        let epochs = try store.epochs(of: run).map {
            [Double($0.epoch), Double($0.step), $0.trainLoss, $0.trainAccuracy, $0.testLoss, $0.testAccuracy]
        }
        return steps + epochs
    }
}
