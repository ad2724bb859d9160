// Runs that begin from another run's checkpoint.

import Checkpoints
import Datasets
import Experiments
import Foundation
import GRDB
import Model
import RunStore
import Runner
import Testing
import Training

extension RunSessionTests {
    @Test func `an unchanged fork matches its parent`() throws {
        let whole = try workshop.train(try workshop.new())
        _ = try workshop.train(try workshop.new(), stopAfter: 7)
        let parent = try store.run(named: "bands-2")
        let checkpoint = try store.checkpoints(of: parent).checkpoint(named: "last")
        let session = try RunSession.fork(
            parent, at: checkpoint, try workshop.prepare(), in: store, program: "vgglab 0")
        let fork = try workshop.train(session)
        #expect(session.run.parent == "bands-2" && session.run.parentStep == 7)
        #expect(fork.weights == whole.weights)
        #expect(try workshop.metrics("bands-3") == workshop.metrics("bands-1"))
        // Its first checkpoint is its own, so it no longer needs its parent.
        #expect(fork.savedSteps == [7, 10])
    }

    @Test func `a fork with another learning rate diverges from its parent`() throws {
        let whole = try workshop.train(try workshop.new())
        let parent = try store.run(named: "bands-1")
        workshop.experiment.training.learningRate = 0.001
        workshop.experiment.training.epochs = 3
        let checkpoint = try store.checkpoints(of: parent).checkpoint(named: "step:5")
        let fork = try workshop.train(
            try RunSession.fork(parent, at: checkpoint, try workshop.prepare(), in: store, program: "vgglab 0"))
        #expect(fork.summary.step == 15)
        #expect(fork.weights != whole.weights)
        let (own, others) = (try workshop.metrics("bands-2"), try workshop.metrics("bands-1"))
        #expect(own.prefix(5) == others.prefix(5))
        #expect(own[5][3] == others[5][3])  // the first loss is computed before the first step
        #expect(own[6][3] != others[6][3])
    }

    @Test func `a fork with another batch size reports each step's place in its own epochs`() throws {
        _ = try workshop.train(try workshop.new())
        (workshop.experiment.data.batchSize, workshop.experiment.training.epochs) = (24, 4)
        _ = try workshop.train(try fork())
        (workshop.experiment.data.batchSize, workshop.experiment.training.epochs) = (48, 5)
        _ = try workshop.train(try fork())
        let run = try store.run(named: "bands-3")
        let steps = try store.steps(of: run)
        #expect(steps.map(\.epoch) == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4, 4, 5])
        #expect(steps.map(\.stepInEpoch) == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 1, 2, 1])
        #expect(steps.map(\.stepsPerEpoch) == Array(repeating: 5, count: 10) + [2, 2, 2, 2, 1])
        #expect(
            steps.map(\.examplesSeen)
                == [10, 20, 30, 40, 48, 58, 68, 78, 88, 96, 120, 144, 168, 192, 240])
        #expect(run.epoch == 5 && run.stepInEpoch == 1)
        #expect(try store.run(named: "bands-2").epoch == 4)
    }

    @Test func `a fork inside an epoch keeps its images`() throws {
        _ = try workshop.train(try workshop.new(), stopAfter: 7)
        let parent = try store.run(named: "last")
        let checkpoint = try store.checkpoints(of: parent).checkpoint(named: "last")
        func fork(checksum: String = "abc") throws {
            _ = try RunSession.fork(
                parent, at: checkpoint, try workshop.prepare(checksum: checksum), in: store, program: "vgglab 0")
        }
        let other = #expect(throws: RunnerError.self) { try fork(checksum: "def") }
        #expect(other?.description.hasPrefix("step 7 is inside an epoch, whose images cannot change") == true)
        workshop.experiment.training.seed += 1
        #expect(throws: RunnerError.self) { try fork() }
        workshop.experiment.training.seed -= 1
        workshop.experiment.training.epochs = 1
        let short = #expect(throws: RunnerError.self) { try fork() }
        #expect(short?.description.hasSuffix("raise training.epochs, for example to 6") == true)
        #expect(try store.names() == ["bands-1"])
    }

    /// Forks the newest run at a checkpoint.
    func fork(
        at name: String = "last", checksum: String = "abc", isStrict: Bool = false
    ) throws -> RunSession {
        let parent = try store.run(named: "last")
        return try RunSession.fork(
            parent, at: try store.checkpoint(named: name, of: parent).checkpoint,
            try workshop.prepare(checksum: checksum), in: store, program: "vgglab 0", isStrict: isStrict)
    }

    @Test func `a fork with other test images restarts its best epoch, also when it is resumed`() throws {
        _ = try workshop.train(try workshop.new())
        workshop.experiment.training.epochs = 4
        let warning = "images differ from run bands-1's: bands has changed; only new epochs count as best"
        let refused = #expect(throws: RunnerError.self) { try fork(checksum: "def", isStrict: true) }
        #expect(refused?.description == "\(warning) (an error in strict mode)")
        #expect(try store.names() == ["bands-1"])

        let stopped = try workshop.train(try fork(checksum: "def"), stopAfter: 12)
        #expect(stopped.warnings == [warning])
        #expect(stopped.summary.bestEpoch == nil && stopped.summary.lastEpoch?.epoch == 2)
        var run = try store.run(named: "bands-2")
        #expect(run.bestEpoch == nil && run.bestAccuracy == nil && run.bestFrom == 3)
        #expect(try store.bestCheckpoint(of: run) == nil)
        #expect(store.checkpoints(of: run).best == nil)

        let resumed = try workshop.train(
            try RunSession.resume(run, try workshop.prepare(checksum: "def"), in: store))
        run = try store.run(named: "bands-2")
        let best = try #require(resumed.summary.bestEpoch)
        #expect(best.epoch >= 3 && run.bestEpoch == best.epoch)
        #expect(try store.bestCheckpoint(of: run)?.checkpoint.position().lastEpoch?.epoch == best.epoch)
    }

    @Test func `another seed selects other images only with limits`() throws {
        _ = try workshop.train(try workshop.new())
        workshop.experiment.training.epochs = 3
        workshop.experiment.training.seed = 8
        #expect(try workshop.train(try fork(isStrict: true)).warnings.isEmpty)
        workshop.experiment.training.epochs = 4
        workshop.experiment.data.limitTest = 20
        _ = try workshop.train(try fork())
        workshop.experiment.training.epochs = 5
        workshop.experiment.training.seed = 9
        #expect(
            try workshop.train(try fork()).warnings == [
                "images differ from run bands-3's: training.seed 9 instead of 8; only new epochs count as best"
            ])
    }

    @Test func `other limits change a fork's images, another batch size does not`() throws {
        workshop.experiment.checkpoint.everySteps = nil
        _ = try workshop.train(try workshop.new())
        workshop.experiment.training.epochs = 3
        workshop.experiment.data.batchSize = 12
        #expect(try workshop.train(try fork(isStrict: true)).warnings.isEmpty)
        workshop.experiment.training.epochs = 4
        workshop.experiment.data.limitTrain = 20
        let training = try workshop.train(try fork())
        #expect(training.warnings == ["images differ from run bands-2's: data.limit_train 20 instead of null"])
        #expect(try store.run(named: "last").bestFrom == 0)
        workshop.experiment.training.epochs = 5
        workshop.experiment.data.limitTest = 10
        let test = try workshop.train(try fork())
        #expect(
            test.warnings == [
                "images differ from run bands-3's: data.limit_test 10 instead of null; only new epochs count as best"
            ])
        #expect(try store.run(named: "last").bestFrom == 5)
    }

    @Test func `a fork keeps its parent's best weights, whatever happens to the parent`() throws {
        let whole = try workshop.train(try workshop.new())
        // So slow that no epoch is better than the parent's best.
        workshop.experiment.training.learningRate = 1e-30
        for epochs in [3, 4] {
            workshop.experiment.training.epochs = epochs
            _ = try workshop.train(try fork())
        }
        let best = try #require(whole.summary.bestEpoch)
        let fork = try store.run(named: "bands-3")
        #expect(fork.bestEpoch == best.epoch)
        let kept = try #require(try store.bestCheckpoint(of: fork))
        #expect(kept.run.name == "bands-3" && kept.checkpoint.step == best.step)
        #expect(try store.checkpoint(named: "best", of: fork) == kept)
        #expect(store.remark(on: kept.checkpoint, named: "best", of: fork) == nil)

        // As left by an earlier version: only the first of the three runs has the weights.
        for name in ["bands-2", "bands-3"] {
            let folder = store.checkpoints(of: try store.run(named: name))
            for checkpoint in folder.all where checkpoint.step == best.step {
                try FileManager.default.removeItem(atPath: checkpoint.path)
            }
        }
        #expect(try store.bestCheckpoint(of: fork)?.run.name == "bands-1")
        try store.delete(try store.run(named: "bands-2"))
        #expect(try store.bestCheckpoint(of: fork) == kept)
        try store.delete(try store.run(named: "bands-1"))
        try kept.checkpoint.verify()
    }

    @Test func `a fork does not resume from its parent's checkpoint`() throws {
        _ = try workshop.train(try workshop.new())
        workshop.experiment.training.learningRate = 1e-30
        workshop.experiment.training.epochs = 3
        _ = try workshop.train(try fork())
        workshop.experiment.training.epochs = 4
        _ = try workshop.train(try fork(), stopAfter: 17)
        let run = try store.run(named: "bands-3")
        let checkpoints = store.checkpoints(of: run)
        #expect(checkpoints.all.contains { $0.step < 15 })
        for checkpoint in checkpoints.all where checkpoint.step >= 15 {
            try FileManager.default.removeItem(atPath: checkpoint.path)
        }
        let error = #expect(throws: RunnerError.self) { try workshop.resume("bands-3") }
        #expect(error?.description.hasSuffix("fork it again") == true)
        #expect(error?.remedy == .fork(run: "bands-2", step: 15))
    }

    @Test func `a fork that has lost its checkpoints does not start with other weights`() throws {
        _ = try workshop.train(try workshop.new())
        let parent = try store.run(named: "last")
        let checkpoint = try store.checkpoints(of: parent).checkpoint(named: "step:5")
        _ = try workshop.train(
            try RunSession.fork(parent, at: checkpoint, try workshop.prepare(), in: store, program: "vgglab 0"),
            stopAfter: 6)
        let fork = try store.run(named: "bands-2")
        try FileManager.default.removeItem(atPath: store.checkpoints(of: fork).path)
        let error = #expect(throws: RunnerError.self) { try workshop.resume("bands-2") }
        #expect(error?.description.hasSuffix("fork it again") == true)
        #expect(error?.remedy == .fork(run: "bands-1", step: 5))
    }
}
