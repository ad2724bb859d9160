// What the machine is and has left, as Linux tells it.

internal import Glibc

/// The machine that trains.
public struct Machine: Sendable, Hashable {
    /// Name of the processor.
    public var processor: String
    /// Cores that this process may use.
    public var cores: Int
    /// Memory in bytes, at most what a control group grants.
    public var memoryBytes: Int
    /// Bytes of it that are still to be had.
    public var availableMemoryBytes: Int

    /// All of it.
    public init(processor: String, cores: Int, memoryBytes: Int, availableMemoryBytes: Int) {
        self.processor = processor
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.availableMemoryBytes = availableMemoryBytes
    }

    /// This machine, now.
    public static var current: Machine {
        let memory = values(of: "/proc/meminfo")
        let total = memory["MemTotal"].flatMap(kibibytes) ?? 0
        let available = memory["MemAvailable"].flatMap(kibibytes) ?? total
        let (limit, used) = controlGroupMemory
        return Machine(
            processor: values(of: "/proc/cpuinfo")["model name"] ?? "unknown processor", cores: usableCores,
            memoryBytes: min(total, limit), availableMemoryBytes: min(available, max(limit - used, 0)))
    }

    /// The most memory that this process has had resident at once, in bytes.
    public static var peakMemoryBytes: Int {
        values(of: "/proc/self/status")["VmHWM"].flatMap(kibibytes) ?? 0
    }

    /// Cores by the process's affinity, at most what a control group grants.
    private static var usableCores: Int {
        let mask = values(of: "/proc/self/status")["Cpus_allowed"] ?? ""
        let allowed = mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        let quota = (text(of: "/sys/fs/cgroup/cpu.max") ?? "").split { $0 == " " || $0 == "\n" }.map { Double($0) }
        guard quota.count == 2, let granted = quota[0], let period = quota[1], period > 0 else {
            return max(allowed, 1)
        }
        return max(min(allowed, Int((granted / period).rounded(.up))), 1)
    }

    /// Limit and use of the control group that a container or a cluster's scheduler has put the process in.
    private static var controlGroupMemory: (limit: Int, used: Int) {
        for (limit, used, details) in [
            ("memory.max", "memory.current", "memory.stat"),
            ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
        ] {
            let folder = "/sys/fs/cgroup/"
            guard let limit = number(in: folder + limit), let used = number(in: folder + used) else { continue }
            // Files that nobody has asked for lately count as used, but are dropped when memory is wanted.
            let lines = (text(of: folder + details) ?? "").split(separator: "\n")
            let cached = lines.first { $0.hasPrefix("inactive_file ") }.flatMap { Int($0.dropFirst(14)) } ?? 0
            return (limit, max(used - cached, 0))
        }
        return (.max, 0)
    }

    private static func number(in path: String) -> Int? {
        text(of: path).flatMap { Int($0.prefix { $0 != "\n" }) }
    }

    private static func kibibytes(_ text: String) -> Int? {
        text.split(separator: " ").first.flatMap { Int($0) }.map { $0 << 10 }
    }

    /// The first value of each `name : value` line.
    private static func values(of path: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in (text(of: path) ?? "").split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].trimmed
            if values[name] == nil { values[name] = line[line.index(after: colon)...].trimmed }
        }
        return values
    }

    private static func text(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
