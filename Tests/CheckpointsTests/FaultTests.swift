// Saving a checkpoint is atomic: one save is killed at each of its system calls, and each of them is made to fail, in a
// separate process under strace.

import TestSupport
import Checkpoints
import Experiments
import Foundation
import Testing

/// Whether strace may trace a process here; some containers forbid it.
private let canTrace: Bool = {
    let run = try? Traced.run(["true"], strace: [])
    return run?.status == 0
}()

/// Runs a process under strace.
private enum Traced {
    /// Runs a command under `strace` with these options; returns its output.
    static func run(_ command: [String], strace options: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["strace", "-qq"] + options + command
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let isKilled = process.terminationReason == .uncaughtSignal
        return (
            isKilled ? -process.terminationStatus : process.terminationStatus, String(decoding: text, as: UTF8.self)
        )
    }

    /// The path of the program that saves, beside the tests.
    static func saver() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "SaveCheckpoint").path
    }
}

@Suite(.enabled(if: canTrace, "strace is missing, or may not trace a process here")) struct FaultTests {
    private let temporary: TemporaryFolder
    private let folder: CheckpointFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = CheckpointFolder(temporary.file("checkpoints"))
        #expect(try save(3).status == 0)
    }

    private func save(_ step: Int, strace options: [String] = []) throws -> (status: Int32, output: String) {
        try Traced.run([try Traced.saver(), folder.path, String(step)], strace: ["-o", "/dev/null"] + options)
    }

    /// Counts how often a save makes each of these calls.
    private func counts(of calls: [String]) throws -> [String: Int] {
        let log = temporary.file("log")
        let saved = try save(4, strace: ["-o", log, "-e", "trace=\(calls.joined(separator: ","))"])
        try #require(saved.status == 0)
        try FileManager.default.removeItem(atPath: try folder.checkpoint(named: "step:4").path)
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        return lines.reduce(into: [:]) { counts, line in counts[String(line.prefix { $0 != "(" }), default: 0] += 1 }
    }

    /// Checks the state after a fault in the save of step 5, and that the next save is unaffected.
    private func expectOldOrNew(_ name: String) throws {
        let (checkpoint, damaged) = folder.newestValid()
        let step = try #require(checkpoint?.step, "\(name): no checkpoint is left")
        #expect(step == 3 || step == 5, "\(name)")
        #expect(damaged.isEmpty, "\(name)")
        #expect(try checkpoint?.position().step == step, "\(name)")
        folder.removeLeftovers()
        #expect(try save(5).status == 0, "\(name)")
        #expect(folder.newestValid().checkpoint?.step == 5, "\(name)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["step-0000000003", "step-0000000005"], "\(name)")
        try FileManager.default.removeItem(atPath: try folder.checkpoint(named: "step:5").path)
    }

    @Test func `after a kill at any write, flush or rename, the old or the new checkpoint loads`() throws {
        let calls = ["write", "fsync", "rename", "mkdir", "openat", "close"]
        let counts = try counts(of: calls)
        // Two tensors in four parts and two files, two small files; each flushed, each renamed, and their folders.
        for (call, least) in [("write", 22), ("fsync", 6), ("rename", 5), ("mkdir", 1)] {
            #expect(counts[call, default: 0] >= least, "\(call)")
        }
        for call in calls {
            for number in 1...max(counts[call, default: 0], 1) {
                let ending = try save(
                    5, strace: ["-e", "trace=\(call)", "-e", "inject=\(call):signal=KILL:when=\(number)"])
                #expect(ending.status == -SIGKILL, "\(call) \(number)")
                try expectOldOrNew("killed at \(call) \(number)")
            }
        }
    }

    @Test(arguments: ["ENOSPC", "EIO", "EDQUOT"])
    func `any failure is reported, and the old or the new checkpoint loads`(
        error: String
    ) throws {
        let calls = ["write", "fsync", "rename"]
        let counts = try counts(of: calls)
        for call in calls {
            for number in 1...max(counts[call, default: 0], 1) {
                let name = "\(error) of \(call) \(number)"
                let ending = try save(
                    5, strace: ["-e", "trace=\(call)", "-e", "inject=\(call):error=\(error):when=\(number)"])
                #expect(ending.status == 1, "\(name)")
                #expect(ending.output.contains(folder.path), "\(name): \(ending.output)")
                #expect(
                    ending.output.contains(#/disk is full|no space is left|quota|[Ii]nput/output error/#),
                    "\(ending.output)")
                let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(!names.contains { $0.hasPrefix(".") }, "\(name) has left something")
                try expectOldOrNew(name)
            }
        }
    }

    @Test(arguments: ["EMFILE", "EACCES"]) func `a file that cannot be opened is reported, or does not matter`(
        error: String
    ) throws {
        // The first files are the dynamic linker's.
        let (first, count) = try firstOpened()
        for number in first...count {
            let name = "\(error) of openat \(number)"
            let ending = try save(
                5, strace: ["-e", "trace=openat", "-e", "inject=openat:error=\(error):when=\(number)"])
            #expect(ending.status == 0 || ending.status == 1 && ending.output.contains(folder.path), "\(name)")
            if ending.status == 0 { #expect(folder.newestValid().checkpoint?.step == 5, "\(name)") }
            try expectOldOrNew(name)
        }
    }

    /// Finds which of its own files a save opens first, and how many it opens.
    private func firstOpened() throws -> (first: Int, count: Int) {
        let log = temporary.file("log")
        try #require(try save(4, strace: ["-o", log, "-e", "trace=openat"]).status == 0)
        try FileManager.default.removeItem(atPath: try folder.checkpoint(named: "step:4").path)
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        return (try #require(lines.firstIndex { $0.contains(folder.path) }) + 1, lines.count)
    }
}
