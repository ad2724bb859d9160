// One run has one owner: others are refused at once, and a killed owner can be succeeded.

import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct OwnersTests {
    private let sandbox: Sandbox
    private let options: [String]

    init() throws {
        sandbox = try Sandbox()
        try sandbox.writeData(in: "data")
        try sandbox.write(
            Sandbox.tinyOnMadeUp.replacing(
                "epochs: 2", with: "epochs: 1000000"),
            to: "endless.yaml")
        options = [
            "--data", sandbox.file("data"), "--runs", sandbox.file("runs"), "--log-format", "jsonl", "--log-every-step",
        ]
    }

    private func resume() throws -> Program { try Program(["resume", "endless-1"] + options) }

    /// A run with some steps and a checkpoint.
    private func begin() throws -> Program {
        let program = try Program([sandbox.file("endless.yaml"), "--threads", "1"] + options)
        while let line = program.nextLine(), !line.contains(#""event":"checkpoint_saved""#) {}
        return program
    }

    @Test func `the second process is refused within a second, and told the owner`() throws {
        let owner = try begin()
        let clock = ContinuousClock()
        let begin = clock.now
        let ending = try resume().end()
        #expect(clock.now - begin < .seconds(1))
        #expect(ending.status == 2)
        #expect(ending.output == "")
        let sentence = #/run endless-1 is being trained by .+@.+, process \d+, since .+Z\n/#
        #expect(ending.complaint.wholeMatch(of: sentence) != nil, "\(ending.complaint)")
        #expect(ending.complaint.contains("process \(owner.processIdentifier),"))
        let deleted = try Program(["delete", "endless-1", "--yes", "--runs", sandbox.file("runs")]).end()
        #expect(deleted.status == 2)
        #expect(deleted.complaint == "run endless-1 is being trained; stop it first\n")
    }

    @Test func `of many processes competing for a run whose owner was killed, one wins`() throws {
        let owner = try begin()
        owner.send(SIGKILL)
        #expect(owner.end().status == -SIGKILL)
        for _ in 0..<3 {
            let racers = try (0..<6).map { _ in try resume() }
            // A refused process writes nothing to standard output.
            let winners = racers.filter { $0.nextLine()?.contains("run_started") == true }
            #expect(winners.count == 1)
            winners.forEach { $0.send(SIGKILL) }
            let endings = racers.map { $0.end() }
            #expect(endings.count { $0.status == -SIGKILL } == 1)
            let refused = endings.filter { $0.status == 2 }
            #expect(refused.count == 5)
            #expect(refused.allSatisfy { $0.complaint.hasPrefix("run endless-1 is being trained by ") })
        }
    }

    @Test(arguments: ["", "relative"])
    func `without HOME the store is in the home folder of the system's user database`(home: String)
        throws
    {
        let ending = try Program(
            ["list"], shell: #"HOME="\#(home)" XDG_STATE_HOME= "$@""#
        ).end()
        #expect(ending.status == 0)
        #expect(!ending.complaint.contains("relative"))
        let none = try Program(["list"], shell: #"env -u HOME -u XDG_STATE_HOME "$@""#).end()
        #expect(none.status == 0)
    }

    @Test(arguments: [["list"], ["show", "a"], ["endless.yaml"]]) func `--runs names a folder`(command: [String]) throws
    {
        try sandbox.write("x", to: "file")
        let ending = try Program(
            command + ["--runs", "file"] + (command == ["endless.yaml"] ? ["--data", "data"] : []), in: sandbox.path
        ).end()
        #expect(ending.status == 2)
        #expect(ending.complaint == "\(sandbox.path)/file: is not a folder; choose another folder with --runs DIR\n")
    }
}
