// A run's memory goes with the run, however many one process trains.

import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct MemoryOfRunsTests {
    @Test func `runs one after another take no more memory than one`() throws {
        let sandbox = try Sandbox()
        try sandbox.writeData(in: "data", count: 200)
        // Some 100 MB of parameters, velocities and gradients.
        try sandbox.write(
            """
            network:
              blocks: [[1, 16], [1, 16]]
              ratio: 1
              classifier: [2000, 2000]
            data:
              resize: 28
              batch_size: 100
            training:
              epochs: 1
              momentum: 0.9
            checkpoint: { every_epochs: null, every_minutes: null, every_steps: null }

            """, to: "large.yaml")
        let files = [String](repeating: sandbox.file("large.yaml"), count: 8)
        let program = try Program(
            [
                "--no-tui", "--log-format", "jsonl", "--quiet", "--threads", "2", "--data", sandbox.file("data"),
                "--runs",
                sandbox.file("runs"),
            ] + files)
        let ending = program.end()
        try #require(ending.status == 0, "\(ending.complaint)")
        let peaks = try ending.objects().compactMap { $0["peak_memory_bytes"] as? Int }
        try #require(peaks.count == files.count)
        #expect(peaks[0] > 40 << 20)
        // The system's own bookkeeping may grow a little; a run that stays would double the peak.
        #expect(peaks[7] < peaks[1] + peaks[0] / 4, "\(peaks)")
    }
}
