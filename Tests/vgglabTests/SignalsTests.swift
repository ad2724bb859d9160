// Signals: the first ends a run with a final line; another one after a second ends the program at once.

import Foundation
import GRDB
import Testing

@Suite(.enabled(if: hasData), .timeLimit(.minutes(10))) struct SignalsTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    /// A run that never ends by itself, with steps long enough to be distinguished.
    private func endless(_ options: String...) throws -> Program {
        let arguments = [
            sandbox.tiny, "--log-format", "jsonl", "--log-every-step", "--set", "training.epochs=1000000", "--set",
            "data.resize=96", "--set", "data.batch_size=256", "--set", "data.limit_train=60000",
        ]
        return try Program(arguments + options)
    }

    /// Another program's connection to a store, which waits for current writes of a run.
    private func database(in runs: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        return try DatabaseQueue(path: runs + "/runs.sqlite", configuration: configuration)
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129), (SIGXCPU, 152)] as [(Int32, Int32)])
    func `a signal ends the run and saves it`(signal: Int32, status: Int32) throws {
        let weights = sandbox.file("a.safetensors")
        let runs = sandbox.file("it's here")
        let program = try endless("--save", weights, "--runs", runs)
        while let line = program.nextLine(), !line.contains(#""event":"progress""#) {}
        program.send(signal)
        let ending = program.end()
        #expect(ending.status == status)
        let objects = try ending.objects()
        let last = try #require(objects.last)
        #expect(last["event"] as? String == "run_finished")
        #expect(last["outcome"] as? String == "stopped")
        // The signal arrived in the second step, or a little later if this test was slow to send it.
        let step = try #require(last["step"] as? Int)
        #expect((1...30).contains(step))
        #expect(objects.count { $0["event"] as? String == "progress" } == step - 1)
        let said = ending.complaint.split(separator: "\n")
        #expect(
            said == [
                "saving and stopping; press Ctrl-C again to quit now", "saved weights after step \(step) to \(weights)",
                #"resume with: vgglab resume tiny-1 --runs '\#(sandbox.path)/it'\''s here'"#,
            ])
        #expect(FileManager.default.fileExists(atPath: weights))
    }

    @Test func `a second signal ends the program at once`() throws {
        let runs = sandbox.file("runs")
        let program = try endless("--runs", runs)
        while let line = program.nextLine(), !line.contains(#""event":"progress""#) {}
        // The run cannot be saved for ten seconds, so that only the second signal can end the program.
        try database(in: runs).write { database in
            program.send(SIGINT)
            #expect(program.nextComplaint() == "saving and stopping; press Ctrl-C again to quit now")
            // Signals within a second are the same request.
            usleep(1_100_000)
            program.send(SIGINT)
            let ending = program.end()
            #expect(ending.status == 130)
            // Without the second signal it waits for the store and then reports what could not be recorded.
            #expect(!ending.complaint.contains("could not be noted"), "\(ending.complaint)")
            let state = try String.fetchOne(database, sql: "SELECT state FROM run")
            #expect(state == "running")
        }
    }

    @Test func `a complete run stays complete if a signal arrives while its last checkpoint is written`() throws {
        let runs = sandbox.file("runs")
        let program = try Program([
            sandbox.tiny, "--log-format", "jsonl", "--log-every-step", "--set", "training.epochs=1", "--set",
            "data.resize=96", "--runs", runs,
        ])
        while let line = program.nextLine(), !line.contains(#""event":"progress""#) {}
        try database(in: runs).write { _ in
            while let line = program.nextLine(), !line.contains(#""event":"epoch_finished""#) {}
            program.send(SIGINT)
            #expect(program.nextComplaint() == "saving and stopping; press Ctrl-C again to quit now")
        }
        let ending = program.end()
        #expect(ending.status == 0, "\(ending)")
        #expect(try ending.objects().last?["outcome"] as? String == "completed")
        #expect(try Program.run("show", "last", "--json", "--runs", runs).object()["state"] as? String == "completed")
    }

    @Test func `simultaneous signals are one request`() throws {
        let runs = sandbox.file("runs")
        // A process group's signal reaches make and its children, and make sends another one.
        let program = try endless("--runs", runs)
        while let line = program.nextLine(), !line.contains(#""event":"progress""#) {}
        for _ in 0..<3 { program.send(SIGTERM) }
        program.send(SIGHUP)
        let ending = program.end()
        // The system may deliver any of several pending signals first.
        #expect([129, 143].contains(ending.status))
        let last = try #require(try ending.objects().last)
        #expect(last["outcome"] as? String == "stopped")
        let run = try Program.run("show", "last", "--json", "--runs", runs).object()
        #expect(run["state"] as? String == "stopped")
        let checkpoints = try #require(run["checkpoints"] as? [[String: Any]])
        #expect(checkpoints.first?["step"] as? Int == last["step"] as? Int)
    }

    @Test func `the CPU time limit, which repeats its signal, still lets the run end`() throws {
        let program = try endless("--set", "data.resize=224", "--set", "data.batch_size=512")
        #expect(program.nextLine()?.contains("run_started") == true)
        for _ in 0..<3 { program.send(SIGXCPU) }
        #expect(program.nextComplaint() == "saving and stopping; press Ctrl-C again to quit now")
        program.send(SIGXCPU)
        let ending = program.end()
        #expect(ending.status == 128 + SIGXCPU)
        #expect(ending.output.contains("run_finished"))
    }

    @Test func `a file that reaches the size limit is reported, and does not end the program`() throws {
        let program = try Program(
            [sandbox.tiny, "--no-tui", "--set", "network.classifier=[1000,1000]"], shell: #"ulimit -f 1000; exec "$@""#)
        let ending = program.end()
        #expect(ending.status == 1)
        #expect((ending.output + ending.complaint).contains("ulimit -f"))
    }

    @Test func `SIGQUIT ends the program at once, even with backtraces on`() throws {
        let program = try Program(
            [sandbox.tiny, "--log-format", "jsonl", "--set", "training.epochs=1000000"],
            shell: "ulimit -c 0; SWIFT_BACKTRACE=enable=yes exec \"$@\"")
        while let line = program.nextLine(), !line.contains(#""event":"progress""#) {}
        program.send(SIGQUIT)
        let ending = program.end()
        #expect(ending.status == -SIGQUIT)
        #expect(!ending.output.contains("run_finished"))
    }

    @Test func `a stopped run reports how far it came`() throws {
        let program = try Program([
            sandbox.tiny, "--quiet", "--set", "training.epochs=1000000", "--threads", "2",
        ])
        #expect(program.nextLine() == "run tiny-1")
        #expect(program.nextLine()?.hasPrefix("epoch ") == true)
        program.send(SIGINT)
        let ending = program.end()
        #expect(ending.status == 130)
        let last =
            #/run tiny-1: stopped after step [\d,]+ \(epoch \d+/1000000\): the best so far is test acc [01]\.\d{3} in epoch \d+/#
        #expect(ending.lines.last?.wholeMatch(of: last) != nil, "\(ending.output)")
    }
}
