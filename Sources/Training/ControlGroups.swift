// Limits of the control groups that a process is in: its own, as a container, a systemd unit or a cluster's scheduler sets
// them, and those of all groups above.

/// The control groups of a process, versions 1 and 2 of the kernel's interface.
package struct ControlGroups {
    private let membership: String
    private let read: (_ path: String) -> String?

    private static let mount = "/sys/fs/cgroup"

    /// - Parameters:
    ///   - membership: the content of `/proc/self/cgroup`: `0::/path` for version 2, `number:controllers:/path` for 1.
    ///   - read: the text of a file, `nil` where there is none.
    package init(membership: String, read: @escaping (_ path: String) -> String?) {
        self.membership = membership
        self.read = read
    }

    /// Limit and use of memory in bytes; the limit is that of the tightest group, and what is left is what the fullest
    /// leaves. `nil` without a limit.
    package var memory: (limit: Int, available: Int)? {
        var found: [(limit: Int, available: Int)] = []
        for folder in folders(of: nil) {
            guard let limit = number("\(folder)/memory.max") else { continue }
            found.append((limit, limit - used(folder, "memory.current", cached: "inactive_file")))
        }
        for folder in folders(of: "memory") {
            guard let limit = number("\(folder)/memory.limit_in_bytes") else { continue }
            found.append((limit, limit - used(folder, "memory.usage_in_bytes", cached: "total_inactive_file")))
        }
        guard let limit = found.map(\.limit).min(), let available = found.map(\.available).min() else { return nil }
        return (limit, max(available, 0))
    }

    /// The processors' time that is granted, in processors; `nil` without a limit.
    package var processors: Double? {
        var found: [Double] = []
        for folder in folders(of: nil) {
            // "max 100000" grants everything.
            let words = (read("\(folder)/cpu.max") ?? "").split { $0 == " " || $0 == "\n" }.map { Double($0) }
            if words.count == 2, let quota = words[0], let period = words[1], period > 0 {
                found.append(quota / period)
            }
        }
        for folder in folders(of: "cpu") {
            // −1 grants everything.
            if let quota = number("\(folder)/cpu.cfs_quota_us"), let period = number("\(folder)/cpu.cfs_period_us"),
                quota > 0, period > 0
            {
                found.append(Double(quota) / Double(period))
            }
        }
        return found.min()
    }

    /// The folders of the groups of a controller of version 1, or of version 2, from the process's own to the root. In a
    /// container the path may be the host's, of which only the root is seen.
    private func folders(of controller: String?) -> [String] {
        var folders: [String] = []
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let roots: [String]
            if let controller {
                guard fields[1].split(separator: ",").contains(Substring(controller)) else { continue }
                roots = ["\(Self.mount)/\(controller)"]
            } else {
                guard fields[0] == "0", fields[1].isEmpty else { continue }
                roots = [Self.mount, "\(Self.mount)/unified"]
            }
            // A path with ".." leads out of what is mounted here.
            var names = fields[2].split(separator: "/")
            if names.contains("..") { names = [] }
            for count in (0...names.count).reversed() {
                let path = names.prefix(count).map { "/\($0)" }.joined()
                folders += roots.map { $0 + path }
            }
        }
        return folders
    }

    /// Files that nobody has asked for lately count as used, but are dropped when memory is wanted.
    private func used(_ folder: String, _ name: String, cached: String) -> Int {
        let lines = (read("\(folder)/memory.stat") ?? "").split(separator: "\n")
        let inactive = lines.first { $0.hasPrefix("\(cached) ") }.flatMap { Int($0.dropFirst(cached.count + 1)) } ?? 0
        return max((number("\(folder)/\(name)") ?? 0) - inactive, 0)
    }

    private func number(_ path: String) -> Int? { read(path).flatMap { Int($0.prefix { $0 != "\n" }) } }
}
