// Runs in parallel and one after another: which train, which wait, and their results.

import TestSupport
import Engine
import Experiments
import Foundation
import RunStore
import Runner
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct RunQueueTests {
    private let room: QueueRoom

    init() throws {
        room = try QueueRoom()
    }

    @Test func `without room a run waits for the previous one`() throws {
        let (queue, journal) = room.queue(jobs: 1)
        let names = [
            try queue.launch(room.experiment(epochs: 2)), try queue.launch(room.experiment(epochs: 1)),
        ]
        #expect(names == ["tiny-1", "tiny-2"])
        #expect(queue.waitUntilIdle(seconds: 60))
        #expect(journal.ends == names)
        #expect(journal.hasNoOverlap)
        #expect(queue.entries.isEmpty)
        #expect(try room.store.runs().map(\.state) == [.completed, .completed])
    }

    @Test func `with room two runs train in parallel, and both can be stopped and resumed`() throws {
        let (queue, journal) = room.queue(jobs: 2)
        let names = [try queue.launch(room.experiment()), try queue.launch(room.experiment())]
        journal.wait { names.allSatisfy($0.hasProgress) }
        #expect(queue.entries.map(\.state) == [.running, .running])
        #expect(queue.entries.map(\.threads) == [1, 1])
        queue.stopAll()
        #expect(queue.waitUntilIdle(seconds: 60))
        let runs = try room.store.runs()
        #expect(runs.map(\.state) == [.stopped, .stopped])

        let (again, later) = room.queue(jobs: 2)
        try again.resume(runs[0])
        later.wait { $0.hasProgress(runs[0].name) }
        again.stop(runs[0].name)
        #expect(again.waitUntilIdle(seconds: 60))
        #expect(try room.store.run(named: runs[0].name).step > runs[0].step)
    }

    @Test func `queued runs can be reordered and removed`() throws {
        let (queue, journal) = room.queue(jobs: 1)
        let names = try (0..<4).map { _ in try queue.launch(room.experiment()) }
        journal.wait { $0.hasProgress(names[0]) }
        queue.move(names[3], by: -5)
        #expect(queue.entries.map(\.name) == [names[0], names[3], names[1], names[2]])
        #expect(
            queue.entries.map(\.state) == [.running, .queued, .queued, .queued])
        #expect(queue.entries.map(\.queuePosition) == [nil, 1, 2, 3])
        queue.move(names[3], by: 1)
        queue.stop(names[2])
        #expect(queue.entries.map(\.name) == [names[0], names[1], names[3]])
        queue.stop(names[0])
        journal.wait { $0.hasProgress(names[1]) }
        queue.stopAll()
        #expect(queue.waitUntilIdle(seconds: 60))
        // A removed run never started.
        #expect(try room.store.runs().map(\.name) == [names[0], names[1]])
    }

    @Test func `a queued fork keeps its checkpoint, whatever happens to the other run`() throws {
        let (queue, journal) = room.queue(jobs: 1)
        let parent = try queue.launch(room.experiment(epochs: 1))
        #expect(queue.waitUntilIdle(seconds: 60))
        let first = try queue.launch(room.experiment())
        journal.wait { $0.hasProgress(first) }
        let run = try room.store.run(named: parent)
        let names = try (0..<2).map { _ in try queue.fork(run, at: "last", room.experiment(epochs: 2)) }
        try room.store.delete(run)
        queue.stop(names[1])
        queue.stop(first)
        #expect(queue.waitUntilIdle(seconds: 60))
        let fork = try room.store.run(named: names[0])
        #expect(fork.state == .completed && fork.parent == parent && fork.finishedEpochs == 2)
        // Nothing is left of the removed one.
        #expect(!FileManager.default.fileExists(atPath: "\(room.store.folder)/runs/\(names[1])"))
    }

    @Test func `a paused run makes room, and continues once there is room again`() throws {
        let (queue, journal) = room.queue(jobs: 1)
        let names = [try queue.launch(room.experiment()), try queue.launch(room.experiment())]
        journal.wait { $0.hasProgress(names[0]) }
        queue.pause(names[0])
        journal.wait { $0.hasProgress(names[1]) }
        #expect(queue.entries.map(\.state) == [.paused, .running])
        // It is saved when it pauses, not only when it ends.
        journal.wait { $0.hasCheckpoint(names[0]) }
        let steps = journal.steps(of: names[0])
        queue.resume(names[0])
        #expect(queue.entries.map(\.state) == [.queued, .running])
        #expect(journal.steps(of: names[0]) == steps)
        queue.stop(names[1])
        journal.wait { $0.steps(of: names[0]) > steps }
        queue.stopAll()
        #expect(queue.waitUntilIdle(seconds: 60))
    }

    @Test func `a run that cannot start reports why and makes room`() throws {
        let (queue, journal) = room.queue(jobs: 1)
        var experiment = room.experiment(epochs: 1)
        experiment.network.blocks = Array(repeating: Block(numConvs: 1, outChannels: 8), count: 4)
        experiment.name = "lost"
        let lost = try queue.launch(experiment)
        let good = try queue.launch(room.experiment(epochs: 1))
        #expect(queue.waitUntilIdle(seconds: 60))
        #expect(journal.failures.keys.sorted() == [lost])
        #expect(journal.failures[lost]?.hasPrefix("lost: ") == true)
        #expect(journal.ends == [good])
    }
}

/// A folder with a store and a synthetic data set.
private final class QueueRoom: Sendable {
    private let folder: TemporaryFolder
    let store: RunStore

    init() throws {
        folder = try TemporaryFolder()
        store = try RunStore(folder: folder.file("store"), creates: true)
        let images = [0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 28, 0, 0, 0, 28] + (0..<40 * 784).map { UInt8($0 % 251) }
        let labels = [0, 0, 8, 1, 0, 0, 0, 40] + (0..<40).map { UInt8($0 % 10) }
        for half in ["train", "t10k"] {
            try folder.write(images, to: "\(half)-images-idx3-ubyte")
            try folder.write(labels, to: "\(half)-labels-idx1-ubyte")
        }
    }

    func queue(jobs: Int) -> (RunQueue, Journal) {
        let journal = Journal()
        let queue = RunQueue(
            store, budget: .init(jobs: jobs, threads: 2),
            datasets: DatasetCache(folder: folder.path, environment: [:]), backend: OneDNNBackend(), program: "test",
            observers: [journal]
        ) { journal.note($0) }
        return (queue, journal)
    }

    /// A network that trains in milliseconds; by default with so many epochs that it does not end by itself.
    func experiment(epochs: Int = 1_000_000) -> Experiment {
        var experiment = Experiment(name: "tiny")
        experiment.network.blocks = [Block(numConvs: 1, outChannels: 8)]
        experiment.network.ratio = 1
        experiment.network.classifier = [16]
        experiment.data.resize = 8
        experiment.data.batchSize = 8
        experiment.training.epochs = epochs
        return experiment
    }
}

/// Collects what a queue and its runs report.
private final class Journal: RunObserver, Sendable {
    private let told = Mutex<[RunRecord]>([])
    private let news = Mutex<[RunQueue.News]>([])
    private let isNew = DispatchSemaphore(value: 0)

    func note(_ news: RunQueue.News) {
        self.news.withLock { $0.append(news) }
        isNew.signal()
    }

    func observe(_ record: RunRecord) {
        told.withLock { $0.append(record) }
        isNew.signal()
    }

    /// Waits until `isTrue`, up to the suite's time limit.
    func wait(until isTrue: (Journal) -> Bool) {
        while !isTrue(self) { isNew.wait() }
    }

    private var records: [RunRecord] { told.withLock(\.self) }

    func steps(of run: String) -> Int {
        records.count { record in
            if record.run == run, case .progress = record.event { true } else { false }
        }
    }

    func hasProgress(_ run: String) -> Bool { steps(of: run) > 0 }

    func hasCheckpoint(_ run: String) -> Bool {
        records.contains { record in
            if record.run == run, case .checkpointSaved = record.event { true } else { false }
        }
    }

    /// Runs in the order of their ends.
    var ends: [String] {
        records.compactMap { if case .runFinished = $0.event { $0.run } else { nil } }
    }

    /// Whether each run's records are contiguous.
    var hasNoOverlap: Bool {
        let order = records.map(\.run).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        return Set(order).count == order.count
    }

    var failures: [String: String] {
        news.withLock { news in
            news.reduce(into: [:]) { failures, news in
                if case .failed(let run, let reason) = news { failures[run] = reason }
            }
        }
    }
}
