// Commands that messages suggest: each is typed into a shell unchanged, with names and folders that need quoting.

import Foundation
import Testing

@Suite struct PrintedCommandsTests {
    private static let hostile = #"$(touch x)`touch x` "'\;touch x&|<> *"#
    private let sandbox: Sandbox
    private let runs: String
    private let data: String

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs\n\(Self.hostile)")
        data = sandbox.file("data\u{1B}\(Self.hostile)")
        try sandbox.writeData(in: "data\u{1B}\(Self.hostile)", count: 40)
    }

    /// Trains an experiment of this name on data in a given folder.
    private func train(_ name: String, _ settings: String...) throws -> Program {
        let text = Sandbox.tiny.replacing("data:", with: "data:\n  dataset: own")
        try sandbox.write("name: '\(name.replacing("'", with: "''"))'\n\(text)", to: "own.yaml")
        return try Program(
            [sandbox.file("own.yaml"), "--quiet", "--runs", runs, "--data", data, "--threads", "1"]
                + settings.flatMap { ["--set", $0] }, in: sandbox.path)
    }

    /// The command after the last colon and space.
    private func command(in complaint: String) throws -> String {
        let range = try #require(complaint.firstRange(of: ": vgglab "), "\(complaint)")
        return complaint[range.upperBound...].split(separator: "\n").first.map { "vgglab \($0)" } ?? ""
    }

    /// Types a command with the program on the path.
    private func type(_ command: String) throws -> Program {
        try Program([], in: sandbox.path, shell: #"PATH="${1%/*}:$PATH"; exec "# + command)
    }

    private func expectNoHarm() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.path).filter { !$0.contains("\n") }
        #expect(!names.contains("x"))
    }

    @Test(arguments: [hostile, "-x", "=ls", "图 ~"]) func `a stopped run is resumed as suggested`(name: String) throws {
        let program = try train(name, "training.epochs=1000000")
        while let line = program.nextLine(), !line.hasPrefix("epoch ") {}
        program.send(SIGTERM)
        let ending = program.end()
        #expect(ending.status == 143)
        let resumed = try type(command(in: ending.complaint))
        #expect(resumed.nextLine() == "run \(name)-1")
        while let line = resumed.nextLine(), !line.hasPrefix("epoch ") {}
        resumed.send(SIGTERM)
        #expect(resumed.end().status == 143)
        try expectNoHarm()
    }

    @Test(arguments: [hostile, "-x"]) func `a complete run is forked as suggested`(name: String) throws {
        #expect(try train(name).end().status == 0)
        let refused = try Program(["resume", "--runs", runs, "--data", data, "--", "\(name)-1"]).end()
        #expect(refused.status == 2)
        let fork = try type(command(in: refused.complaint)).end()
        #expect(fork.status == 0, "\(fork.complaint)")
        #expect(fork.output.contains("epoch 7/7 "))
        try expectNoHarm()
    }

    @Test func `a diverged run is started again as suggested, from a checkpoint if there is one`() throws {
        let first = try train(Self.hostile, "training.lr=1e30").end()
        #expect(first.status == 1, "\(first.output)")
        let refused = try Program(["resume", "last", "--runs", runs, "--data", data]).end()
        #expect(refused.complaint.contains("it has no checkpoint, so train it from the start"))
        #expect(refused.complaint.contains(" --set training.lr=1e+29 "))
        let again = try type(command(in: refused.complaint)).end()
        #expect([0, 1].contains(again.status), "\(again.complaint)")
        #expect(again.output.contains("\nrun \(Self.hostile)-2: "))

        #expect(try train(Self.hostile).end().status == 0)
        let fork = ["fork", "last", "--runs", runs, "--data", data, "--set", "training.epochs=4"]
        #expect(try Program(fork + ["--set", "training.lr=1e30"]).end().status == 1)
        let told = try Program(["resume", "last", "--runs", runs, "--data", data]).end()
        #expect(told.complaint.contains("fork it with a smaller learning rate: vgglab fork "))
        let forked = try type(command(in: told.complaint)).end()
        #expect([0, 1].contains(forked.status), "\(forked.complaint)")
        #expect(forked.output.contains("\nrun \(Self.hostile)-5: "))
        try expectNoHarm()
    }

    @Test func `if no run has a name, the command that lists them works`() throws {
        #expect(try train("a").end().status == 0)
        let none = try Program(["show", "b", "--runs", runs]).end()
        let start = try #require(none.complaint.firstRange(of: "; vgglab "))
        let end = try #require(none.complaint.firstRange(of: " shows them"))
        let list = try type("vgglab " + none.complaint[start.upperBound..<end.lowerBound]).end()
        #expect(list.status == 0)
        #expect(list.lines.last?.hasPrefix("a-1 ") == true)
        try expectNoHarm()
    }
}
