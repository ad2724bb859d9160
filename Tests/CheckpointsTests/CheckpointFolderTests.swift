// Checkpoints are read back unchanged, damaged ones are detected and skipped, and old ones are removed.

import Checkpoints
import Experiments
import Files
import Foundation
import Safetensors
import TestSupport
import Testing

@Suite struct CheckpointFolderTests {
    private let temporary: TemporaryFolder
    private let folder: CheckpointFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = CheckpointFolder(temporary.file("runs/a/checkpoints"))
    }

    /// A position after `epoch` epochs of three steps, and some further steps.
    private func position(epoch: Int, steps: Int = 0, accuracy: Double = 0.5, best: Double = 0.5) -> RunPosition {
        func metrics(_ accuracy: Double) -> EpochMetrics {
            EpochMetrics(
                epoch: epoch, step: 3 * epoch, trainLoss: 1.0 / 3, trainAccuracy: 0.1, testLoss: 0.7,
                testAccuracy: accuracy, examplesPerSecond: 1, stepExamplesPerSecond: 2, elapsedSeconds: 3,
                remainingSeconds: 4)
        }
        var position = RunPosition(step: 3 * epoch + steps, epoch: epoch + 1, stepInEpoch: steps)
        position.epochLossSum = 0.1 + 0.2
        position.time.stepSeconds = 1e-300
        if epoch > 0 {
            position.lastEpoch = metrics(accuracy)
            position.bestEpoch = metrics(best)
        }
        return position
    }

    private func tensors(_ seed: Float) -> [TensorSource] {
        let values: [Float] = [seed, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        return ["a", "b.weight"].map { name in
            TensorSource(name, shape: [2, 2]) { emit throws(FileError) in
                try values.withUnsafeBufferPointer { values throws(FileError) in try emit(values) }
            }
        }
    }

    @discardableResult
    private func save(_ position: RunPosition, optimizer: Bool = false) throws -> SavedCheckpoint {
        let seed = Float(position.step)
        return try folder.write(position, weights: tensors(seed), optimizer: optimizer ? tensors(-seed) : []).commit()
    }

    @Test(arguments: [false, true]) func `a checkpoint is read back bit-identical`(optimizer: Bool) throws {
        let written = position(epoch: 1, steps: 2)
        let saved = try save(written, optimizer: optimizer)
        try saved.verify()
        #expect(saved.step == 5)
        #expect(!saved.isEvaluated)
        #expect(try saved.position() == written)
        let weights = try SafetensorsFile(contentsOf: saved.weightsPath)
        #expect(try weights.bytes(named: "a").prefix(4) == [0, 0, 0xA0, 0x40])
        #expect((saved.optimizerPath != nil) == optimizer)
        if let path = saved.optimizerPath {
            #expect(try SafetensorsFile(contentsOf: path).bytes(named: "a").prefix(4) == [0, 0, 0xA0, 0xC0])
        }
        #expect(saved.byteCount > 2 * 16)
        #expect(folder.newestValid().checkpoint == saved)
    }

    @Test func `coreutils verify the checksums`() throws {
        let saved = try save(position(epoch: 1), optimizer: true)
        let check = Process()
        check.executableURL = URL(filePath: "/usr/bin/env")
        check.arguments = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
        check.currentDirectoryURL = URL(filePath: saved.path)
        try check.run()
        check.waitUntilExit()
        #expect(check.terminationStatus == 0)
    }

    @Test func `an uncommitted checkpoint does not count`() throws {
        try save(position(epoch: 1))
        let pending = try folder.write(position(epoch: 2), weights: tensors(2), optimizer: [])
        #expect(folder.all.map(\.step) == [3])
        folder.removeLeftovers()
        #expect(throws: FileError.self) { try pending.commit() }
        #expect(folder.newestValid().checkpoint?.step == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }

    @Test func `one step has checkpoints before and after its evaluation`() throws {
        var due = position(epoch: 0, steps: 3)
        due.epochExamples = 7
        try save(due)
        try save(position(epoch: 1))
        #expect(folder.all.map(\.step) == [3, 3])
        #expect(folder.all.map(\.isEvaluated) == [true, false])
        #expect(try folder.all[1].position() == due)
    }

    @Test func `the two newest and the best are kept`() throws {
        try save(position(epoch: 1, accuracy: 0.6, best: 0.6))
        try save(position(epoch: 2, accuracy: 0.9, best: 0.9))
        for epoch in 3...5 { try save(position(epoch: epoch, accuracy: 0.9, best: 0.9)) }
        try save(position(epoch: 5, steps: 1, accuracy: 0.7, best: 0.9))
        #expect(folder.all.map(\.step) == [16, 15, 6])
        #expect(folder.best?.step == 6)
    }

    @Test func `a checkpoint is found by each of its names`() throws {
        try save(position(epoch: 1, accuracy: 0.9, best: 0.9))
        try save(position(epoch: 2, accuracy: 0.6, best: 0.9))
        try save(position(epoch: 2, steps: 1, accuracy: 0.6, best: 0.9))
        for (name, step) in [("last", 7), ("best", 3), ("step:6", 6), ("epoch:2", 6), ("epoch:1", 3)] {
            #expect(try folder.checkpoint(named: name).step == step)
        }
        for (name, sentence) in [
            ("epoch:3", "epoch:3: there is no such checkpoint; there are step:3, step:6, step:7"),
            ("newest", "newest: not a checkpoint; use best, last, step:N or epoch:N"),
            ("last:2", "last:2: not a checkpoint; use best, last, step:N or epoch:N"),
        ] {
            let error = #expect(throws: FileError.self) { try folder.checkpoint(named: name) }
            #expect(error?.description == sentence)
        }
    }

    @Test(arguments: ["weights.safetensors", "optimizer.safetensors", "position.json", "SHA256SUMS"], 0..<4)
    func `if the newest is damaged, the previous one is used`(file: String, damage: Int) throws {
        let sound = try save(position(epoch: 1), optimizer: true)
        let newest = try save(position(epoch: 2), optimizer: true)
        let url = URL(filePath: "\(newest.path)/\(file)")
        var bytes = try Data(contentsOf: url)
        switch damage {
        case 0: bytes[bytes.count / 2] ^= 1
        case 1: bytes.removeLast()
        case 2: bytes.append(0)
        default: bytes = Data()
        }
        try bytes.write(to: url)
        let (found, damaged) = folder.newestValid()
        #expect(found == sound)
        #expect(damaged.count == 1)
        #expect(damaged.first?.hasPrefix("\(newest.path): ") == true)
        try FileManager.default.removeItem(at: url)
        #expect(folder.newestValid().checkpoint == sound)
    }

    @Test(
        .timeLimit(.minutes(10)),
        arguments: ["weights.safetensors", "optimizer.safetensors", "position.json", "SHA256SUMS"])
    func `reading never blocks on special files or reads huge ones`(file: String) throws {
        let sound = try save(position(epoch: 1), optimizer: true)
        let newest = try save(position(epoch: 2), optimizer: true)
        let path = "\(newest.path)/\(file)"
        func expectRefused() throws {
            #expect(throws: FileError.self) { try newest.verify() }
            let (found, damaged) = folder.newestValid()
            #expect(found == sound, "\(damaged)")
            _ = try? newest.position()
        }
        // Ten terabytes that occupy no disk space.
        #expect(truncate(path, 10 << 40) == 0)
        try expectRefused()
        #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
        try expectRefused()
        #expect(unlink(path) == 0 && symlink("/dev/zero", path) == 0)
        try expectRefused()
    }

    @Test func `a position is possible for a run or refused in one sentence`() throws {
        let saved = try save(position(epoch: 2, steps: 1, accuracy: 0.6, best: 0.9))
        let url = URL(filePath: "\(saved.path)/position.json")
        let text = try String(contentsOf: url, encoding: .utf8)
        let numbers = text.matches(of: #/-?[0-9]+(\.[0-9]+)?/#).map(\.range)
        let hostile = [
            "-1", "-9223372036854775808", "9223372036854775807", "18446744073709551616", "1e308", "-1e308", "0.5",
            "null",
            "\"x\"", "[]", "{}", "true", "0", "1000001", "70368744177665",
        ]
        var random = SplitMix64(state: 21)
        var taken = 0
        for _ in 0..<3000 {
            var changed = text
            for place in numbers.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)).sorted(by: {
                $0.lowerBound > $1.lowerBound
            }) {
                changed.replaceSubrange(place, with: hostile.randomElement(using: &random) ?? "")
            }
            try Data(changed.utf8).write(to: url)
            do throws(FileError) {
                let position = try saved.position()
                #expect(position.step == saved.step && (1...1_000_001).contains(position.epoch), "\(changed)")
                #expect(position.stepInEpoch >= 0 && position.epochExamples >= 0 && position.time.examples >= 0)
                #expect(position.time.elapsedSeconds >= 0 && position.time.elapsedSeconds <= 1e12)
                taken += 1
            } catch {
                #expect(error.description.hasPrefix("\(saved.path): "))
            }
        }
        #expect((1..<3000).contains(taken))
    }

    @Test func `a damaged checkpoint that was set aside no longer counts`() throws {
        for epoch in 1...3 { try save(position(epoch: epoch, accuracy: 0.9, best: 0.9)) }
        let newest = try #require(folder.all.first)
        try Data("x".utf8).write(to: URL(filePath: newest.weightsPath))
        folder.setAside(newerThan: folder.newestValid().checkpoint)
        #expect(folder.all.map(\.step) == [6, 3])
        try save(position(epoch: 2, steps: 1, accuracy: 0.9, best: 0.9))
        #expect(folder.all.map(\.step) == [7, 6, 3])
        folder.setAside(newerThan: folder.all.first)
        #expect(folder.all.count == 3)
        folder.setAside(newerThan: nil)
        #expect(folder.all.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 4)
    }

    @Test func `saving the same step again changes nothing, but replaces a damaged checkpoint`() throws {
        let saved = try save(position(epoch: 1))
        try save(position(epoch: 1))
        #expect(folder.all == [saved])
        try Data("x".utf8).write(to: URL(filePath: saved.weightsPath))
        #expect(folder.newestValid().checkpoint == nil)
        try save(position(epoch: 1))
        #expect(folder.newestValid().checkpoint == saved)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }

    @Test func `links in old checkpoints are not followed`() throws {
        let precious = temporary.file("precious")
        try FileManager.default.createDirectory(atPath: precious, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: "\(precious)/file"))
        let old = try save(position(epoch: 1, accuracy: 0.1, best: 0.9))
        try FileManager.default.createSymbolicLink(atPath: "\(old.path)/link", withDestinationPath: precious)
        for epoch in 2...4 { try save(position(epoch: epoch, accuracy: 0.9, best: 0.9)) }
        #expect(!FileManager.default.fileExists(atPath: old.path))
        #expect(FileManager.default.fileExists(atPath: "\(precious)/file"))
    }

    @Test func `an impossible folder is reported in one sentence`() throws {
        let file = temporary.file("file")
        try Data().write(to: URL(filePath: file))
        let folder = CheckpointFolder("\(file)/checkpoints")
        let error = #expect(throws: FileError.self) {
            try folder.write(position(epoch: 1), weights: tensors(1), optimizer: [])
        }
        #expect(error?.description == "\(file)/checkpoints: cannot be written: Not a directory")
        #expect(folder.all.isEmpty)
        #expect(folder.newestValid().checkpoint == nil)
    }
}
