// The program as a child process, with its exit status and output.

import Foundation
import Testing

/// The result of a call of the program.
struct Ending {
    let status: Int32
    let output: String
    let complaint: String

    var lines: [Substring] { output.split(separator: "\n") }

    /// Each line of the output as a JSON object.
    func objects(sourceLocation: SourceLocation = #_sourceLocation) throws -> [[String: Any]] {
        try lines.map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(value as? [String: Any], sourceLocation: sourceLocation)
        }
    }

    /// The whole output as a JSON object.
    func object() throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return try #require(value as? [String: Any])
    }
}

/// The program while it runs.
final class Program {
    private let process = Process()
    private let output = Pipe()
    private let complaints = Pipe()
    private var read: [ObjectIdentifier: Data] = [:]
    /// The default folder of its runs: a private one.
    private let state = FileManager.default.temporaryDirectory.appending(path: "vgglab-state-\(UUID().uuidString)")

    /// The path of the program, beside the tests.
    static func path() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: tests).deletingLastPathComponent().appending(path: "vgglab").path
        try #require(
            FileManager.default.isExecutableFile(atPath: path), "\(path) is missing; build it with swift build first")
        return path
    }

    /// Starts it with default signal actions, whatever those of the tests are.
    ///
    /// - Parameter shell: a bash script that runs instead, with the program and its arguments as `"$@"`.
    init(_ arguments: [String], in folder: String? = nil, shell: String? = nil) throws {
        // On every processor: the engine's tests may have bound the current thread to one.
        process.executableURL = URL(filePath: "/usr/bin/taskset")
        let signals = ["HUP", "INT", "PIPE", "QUIT", "TERM"].map { "--default-signal=\($0)" }
        let bash = shell.map { ["bash", "-c", $0, "bash"] } ?? []
        process.arguments = ["-c", "0-1023", "env"] + signals + bash + [try Self.path()] + arguments
        process.standardOutput = output
        process.standardError = complaints
        process.standardInput = FileHandle.nullDevice
        var environment = ProcessInfo.processInfo.environment
        environment["VGGLAB_DATA"] = nil
        environment["XDG_STATE_HOME"] = state.path
        process.environment = environment
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        try process.run()
    }

    // Whatever the result of a test, no program is left running.
    deinit {
        if process.isRunning {
            send(SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: state)
    }

    static func run(_ arguments: String..., in folder: String? = nil) throws -> Ending {
        try Program(arguments, in: folder).end()
    }

    /// The next line of standard output, or `nil` at its end.
    func nextLine() -> String? { nextLine(of: output) }

    /// The next non-empty line of standard error, or `nil` at its end.
    func nextComplaint() -> String? {
        while let line = nextLine(of: complaints) {
            if !line.isEmpty { return line }
        }
        return nil
    }

    var processIdentifier: Int32 { process.processIdentifier }

    func send(_ signal: Int32) { kill(processIdentifier, signal) }

    /// Reads the rest and waits for the end.
    func end() -> Ending {
        // Output that a test has not read yet; the messages are far too few to fill a pipe.
        let rest = take(output) + output.fileHandleForReading.readDataToEndOfFile()
        let complaint = take(complaints) + complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Ending(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: String(decoding: rest, as: UTF8.self), complaint: String(decoding: complaint, as: UTF8.self))
    }

    private func take(_ pipe: Pipe) -> Data {
        read.removeValue(forKey: ObjectIdentifier(pipe)) ?? Data()
    }

    private func nextLine(of pipe: Pipe) -> String? {
        var data = take(pipe)
        while !data.contains(UInt8(ascii: "\n")) {
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            data += more
        }
        let line = data.prefix { $0 != UInt8(ascii: "\n") }
        read[ObjectIdentifier(pipe)] = Data(data.dropFirst(line.count + 1))
        return String(decoding: line, as: UTF8.self)
    }
}
