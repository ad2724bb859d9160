// The machine's load, from Linux's counters.

import Dashboard
import Foundation
import Runner
import Training

/// Samples processors and memory; shares of processor time are relative to the previous sample.
struct MachineWatch {
    private var last: ProcessorUse.Count?

    /// The load since the last call.
    mutating func load(_ budget: RunQueue.Budget, running: Int) -> MachineLoad {
        let machine = Machine.current
        let (busy, total) = Self.processorTimes
        let count = ProcessorUse.Count(busy: busy, total: total, own: Self.ownProcessorTime)
        defer { last = count }
        return MachineLoad(
            threadBudget: budget.threads, threadsInUse: min(running * budget.threadsPerRun, budget.threads),
            memoryUsedBytes: machine.memoryBytes - machine.availableMemoryBytes,
            memoryTotalBytes: machine.memoryBytes, processorUse: last.flatMap { ProcessorUse(from: $0, to: count) },
            residentBytes: Self.residentBytes)
    }

    /// Ticks of all processors since boot: busy, and total.
    private static var processorTimes: (busy: Double, total: Double) {
        let line = text(of: "/proc/stat").prefix { $0 != "\n" }
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
        guard ticks.count >= 5 else { return (0, 0) }
        let total = ticks.reduce(0, +)
        return (total - ticks[3] - ticks[4], total)
    }

    /// Ticks of all processors that this process has used.
    private static var ownProcessorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return (Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9) * Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static var residentBytes: Int {
        let pages = text(of: "/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (pages ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func text(of path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
