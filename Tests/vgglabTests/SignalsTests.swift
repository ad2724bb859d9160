// Signals: the first ends a run with a last line, a second one ends the program at once.

import Foundation
import Testing

@Suite(.enabled(if: hasData), .timeLimit(.minutes(10))) struct SignalsTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    /// A run that would never end by itself, with steps long enough to be told apart.
    private func endless(_ options: String...) throws -> Program {
        let arguments = [
            sandbox.tiny, "--log-format", "jsonl", "--log-every-step", "--set", "training.epochs=1000000", "--set",
            "data.resize=96", "--set", "data.batch_size=256", "--set", "data.limit_train=60000",
        ]
        return try Program(arguments + options)
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
    func `a signal ends the run and keeps it`(signal: Int32, status: Int32) throws {
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
        // The signal came in the second step, or a little later where this test was slow to send it.
        let step = try #require(last["step"] as? Int)
        #expect((1...30).contains(step))
        #expect(objects.count { $0["event"] as? String == "progress" } == step - 1)
        let said = ending.complaint.split(separator: "\n")
        #expect(
            said == [
                "stopping, and keeping the run; once more ends at once", "weights after step \(step) are in \(weights)",
                #"resume with: vgglab resume tiny-1 --runs '\#(sandbox.path)/it'\''s here'"#,
            ])
        #expect(FileManager.default.fileExists(atPath: weights))
    }

    @Test func `a second signal ends the program at once`() throws {
        // A step of seconds, so that only the second signal can be what ends it.
        let program = try endless("--set", "data.resize=224", "--set", "data.batch_size=512")
        #expect(program.nextLine()?.contains("run_started") == true)
        program.send(SIGINT)
        #expect(program.nextComplaint() == "stopping, and keeping the run; once more ends at once")
        program.send(SIGINT)
        let ending = program.end()
        #expect(ending.status == 130)
        #expect(!ending.output.contains("run_finished"))
    }

    @Test func `a quit ends the program at once, also where backtraces are on`() throws {
        let program = try Program(
            [sandbox.tiny, "--log-format", "jsonl", "--set", "training.epochs=1000000"],
            shell: "ulimit -c 0; SWIFT_BACKTRACE=enable=yes exec \"$@\"")
        while let line = program.nextLine(), !line.contains(#""event":"progress""#) {}
        program.send(SIGQUIT)
        let ending = program.end()
        #expect(ending.status == -SIGQUIT)
        #expect(!ending.output.contains("run_finished"))
    }

    @Test func `a run that is stopped for people says how far it came`() throws {
        let program = try Program([
            sandbox.tiny, "--quiet", "--set", "training.epochs=1000000", "--threads", "2",
        ])
        #expect(program.nextLine() == "run tiny-1")
        #expect(program.nextLine()?.hasPrefix("epoch ") == true)
        program.send(SIGINT)
        let ending = program.end()
        #expect(ending.status == 130)
        let last =
            #/run tiny-1: stopped after step \d+ \(epoch \d+/1000000\): the best so far is test acc [01]\.\d{3} in epoch \d+/#
        #expect(ending.lines.last?.wholeMatch(of: last) != nil, "\(ending.output)")
    }
}
