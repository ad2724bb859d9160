// A run's memory is freed with the run, however many one process trains.

import Foundation
import TestSupport
import Testing

private let hasAVX512 =
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx512_bf16 ") == true

@Suite(.timeLimit(.minutes(10))) struct MemoryOfRunsTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        try sandbox.writeData(in: "data", count: 200)
        // Some 100 MB of parameters, velocities and gradients.
        try sandbox.write(
            """
            network:
              blocks: [[1, 16], [1, 16]]
              ratio: 1
              classifier: [2000, 2000]
            data:
              dataset: made-up
              resize: 28
              batch_size: 100
            training:
              epochs: 1
              momentum: 0.9
            checkpoint: { every_epochs: null, every_minutes: null, every_steps: null }

            """, to: "large.yaml")
        try sandbox.write(Sandbox.tinyOnMadeUp, to: "tiny.yaml")
        try sandbox.write(Sandbox.tinyOnMadeUp, to: "small.yaml")
    }

    private func begin(_ files: [String], shell: String? = nil) throws -> Program {
        try Program(
            [
                "--no-tui", "--log-format", "jsonl", "--quiet", "--threads", "2", "--data", sandbox.file("data"),
                "--runs", sandbox.file("runs"),
            ] + files, shell: shell)
    }

    /// The peaks that runs in one process report, and the process's own at the end of each, in bytes.
    private func peaks(_ files: [String]) throws -> [(own: Double, process: Double)] {
        // One more after them, so that the process still exists when the last one has ended.
        let program = try begin((files + ["tiny"]).map { sandbox.file("\($0).yaml") })
        var peaks: [(own: Double, process: Double)] = []
        while peaks.count < files.count, let line = program.nextLine() {
            guard line.contains("run_finished") else { continue }
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let own = try #require(value?["peak_memory_bytes"] as? Int)
            peaks.append((Double(own), Double(try program.peakKibibytes << 10)))
        }
        #expect(program.end().status == 0)
        try #require(peaks.count == files.count)
        return peaks
    }

    @Test func `runs one after another use no more memory than one`() throws {
        let peaks = try peaks([String](repeating: "large", count: 8)).map(\.process)
        #expect(peaks[0] > 40 * 0x1p20)
        // The system's own bookkeeping may grow a little; a run that is not freed would double the peak.
        #expect(peaks[7] < peaks[1] + peaks[0] / 4, "\(peaks)")
    }

    @Test func `a hundred runs of different networks leave nothing behind`() throws {
        for number in 0..<100 {
            try sandbox.write(
                """
                network: { blocks: [[1, \(8 + number)], [2, \(40 + number % 7)]], ratio: 1, classifier: [\(30 + number)] }
                data: { dataset: made-up, resize: \(12 + number % 9), batch_size: \(30 + number % 5) }
                training: { epochs: 1 }
                engine: { convolution: \(number % 2 == 0 ? "auto" : "direct") }
                checkpoint: { every_epochs: null, every_minutes: null, every_steps: null }

                """, to: "\(number).yaml")
        }
        let peaks = try peaks((0..<100).map { "\($0)" }).map(\.process)
        #expect(peaks[99] < peaks[9] + 24 * 0x1p20, "\(peaks)")
    }

    @Test func `a run's peak is its own, whatever was trained before it`() throws {
        let alone = try ["large", "small"].flatMap { try peaks([$0]) }
        let together = try peaks(["large", "small"])
        for index in 0..<2 {
            #expect(abs(alone[index].own / alone[index].process - 1) < 0.1, "\(alone)")
            #expect(abs(together[index].own / alone[index].own - 1) < 0.1, "\(alone) \(together)")
        }
    }

    /// The stored runs.
    private func kept() throws -> [String?] {
        let list = try Program.run("list", "--json", "--runs", sandbox.file("runs"))
        let runs = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
        return runs?.map { $0["state"] as? String } ?? []
    }

    @Test(
        .enabled(if: hasAVX512),
        arguments: [
            "blocks: [[1, 32], [2, 64]], classifier: [1024, 512], kernel: 3",
            "blocks: [[1, 32], [2, 64]], classifier: [1024, 512], kernel: 3; bfloat16",
            "blocks: [[2, 61], [1, 35]], classifier: [64], kernel: 3; direct",
            "blocks: [[2, 61], [1, 35]], classifier: [1300], kernel: 5; bfloat16 direct",
            "blocks: [[2, 63]], classifier: [64], kernel: 15; direct",
            "blocks: [[2, 8], [1, 40]], classifier: [], kernel: 5; direct",
        ]
    ) func `predicted memory is accurate to a tenth`(_ network: String) throws {
        try sandbox.write(
            """
            network: { \(network.prefix { $0 != ";" }), ratio: 1 }
            data: { dataset: made-up, resize: 64, batch_size: 70 }
            training: { epochs: 1, precision: \(network.contains("bfloat16") ? "bfloat16" : "float32") }
            engine: { convolution: \(network.contains("direct") ? "direct" : "auto") }
            checkpoint: { every_epochs: null, every_minutes: null, every_steps: null }

            """, to: "a.yaml")
        let ending = try begin([sandbox.file("a.yaml")]).end()
        try #require(ending.status == 0, "\(ending.complaint)")
        let events = try ending.objects()
        func bytes(_ name: String) throws -> Double {
            Double(try #require(events.compactMap { $0[name] as? Int }.last))
        }
        let ratio = try bytes("predicted_memory_bytes") / bytes("peak_memory_bytes")
        #expect((0.9...1.1).contains(ratio))
    }

    @Test func `a run without enough memory fails, and the next one is trained`() throws {
        var seen: Set<Int32> = []
        // Mebibytes of address space, of which a process uses far more than memory.
        for limit in stride(from: 150, through: 900, by: 50) {
            let files = [sandbox.file("large.yaml"), sandbox.file("tiny.yaml")]
            let ending = try begin(files, shell: "ulimit -v \(limit << 10); ulimit -c 0; exec \"$@\"").end()
            // If not even threads can be started, no run has started.
            let hasBegun = !ending.complaint.contains("no more threads can be started")
            if hasBegun { seen.insert(ending.status) }
            defer { try? FileManager.default.removeItem(atPath: sandbox.file("runs")) }
            // 127 is the dynamic linker's, before the program starts.
            #expect([0, 1, 2, 127].contains(ending.status), "\(limit) MiB: \(ending.status) \(ending.complaint)")
            guard ending.status == 1, hasBegun else { continue }
            let ends = try ending.objects().filter { $0["event"] as? String == "run_finished" }
            #expect(ends.count == 2, "\(limit) MiB: \(ending.complaint)")
            let failed = ends.filter { $0["outcome"] as? String == "failed" }
            #expect(!failed.isEmpty)
            #expect(failed.allSatisfy { ($0["reason"] as? String)?.contains("not enough memory left") == true })
            #expect(try kept() == ends.map { $0["outcome"] as? String })
        }
        #expect(seen.isSuperset(of: [0, 1]))
    }
}

extension Program {
    /// The process's peak resident memory, as counted by Linux.
    fileprivate var peakKibibytes: Int {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let words = line?.split { $0 == " " || $0 == "\t" } ?? []
            return try #require(words.count > 1 ? Int(words[1]) : nil)
        }
    }
}
