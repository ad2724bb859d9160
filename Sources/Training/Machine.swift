// The machine's processor and memory, as reported by Linux.

internal import Glibc

package struct Machine: Sendable, Hashable {
    /// Name of the processor.
    package var processor: String
    /// Number of cores that this process may use.
    package var cores: Int
    /// Memory in bytes, at most the control groups' limit.
    package var memoryBytes: Int
    /// Available memory in bytes.
    package var availableMemoryBytes: Int

    package init(processor: String, cores: Int, memoryBytes: Int, availableMemoryBytes: Int) {
        self.processor = processor
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.availableMemoryBytes = availableMemoryBytes
    }

    /// The current machine and its available memory.
    package static var current: Machine {
        let memory = values(of: "/proc/meminfo")
        let total = memory["MemTotal"].flatMap(kibibytes) ?? 0
        let available = memory["MemAvailable"].flatMap(kibibytes) ?? total
        let group = controlGroups.memory ?? (.max, .max)
        return Machine(
            processor: values(of: "/proc/cpuinfo")["model name"] ?? "unknown processor", cores: usableCores,
            memoryBytes: min(total, group.limit), availableMemoryBytes: min(available, group.available))
    }

    /// Peak resident memory of this process in bytes.
    package static var peakMemoryBytes: Int {
        values(of: "/proc/self/status")["VmHWM"].flatMap(kibibytes) ?? 0
    }

    /// Current resident memory of this process in bytes.
    package static var residentMemoryBytes: Int {
        values(of: "/proc/self/status")["VmRSS"].flatMap(kibibytes) ?? 0
    }

    /// Number of cores by the process's affinity, at most the control groups' limit.
    private static var usableCores: Int {
        let mask = values(of: "/proc/self/status")["Cpus_allowed"] ?? ""
        let allowed = mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        let granted = controlGroups.processors.map { Int($0.rounded(.up)) } ?? .max
        return max(min(allowed, granted), 1)
    }

    private static var controlGroups: ControlGroups {
        ControlGroups(membership: text(of: "/proc/self/cgroup") ?? "", read: text(of:))
    }

    private static func kibibytes(_ text: String) -> Int? {
        text.split(separator: " ").first.flatMap { Int($0) }.map { $0 << 10 }
    }

    /// Returns the first value of each `name : value` line.
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
