// Limits of the process's control groups: its own, set by a container, a systemd unit or a cluster's scheduler, and all
// groups above it.

/// The control groups of a process, versions 1 and 2 of the kernel's interface.
package struct ControlGroups {
    private let membership: String
    private let read: (_ path: String) -> String?

    private static let mount = "/sys/fs/cgroup"

    /// - Parameters:
    ///   - membership: the content of `/proc/self/cgroup`: `0::/path` for version 2, `number:controllers:/path` for 1.
    ///   - read: returns the text of a file; `nil` if it does not exist.
    package init(membership: String, read: @escaping (_ path: String) -> String?) {
        self.membership = membership
        self.read = read
    }

    /// Limit and available memory in bytes: the smallest of all groups' limits, and the smallest of what they have
    /// left. `nil` without a limit.
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

    /// The limit of processor time, in processors; `nil` without a limit.
    package var processors: Double? {
        var found: [Double] = []
        for folder in folders(of: nil) {
            // "max 100000" means no limit.
            let words = (read("\(folder)/cpu.max") ?? "").split { $0 == " " || $0 == "\n" }.map { Double($0) }
            if words.count == 2, let quota = words[0], let period = words[1], period > 0 {
                found.append(quota / period)
            }
        }
        for folder in folders(of: "cpu") {
            // −1 means no limit.
            if let quota = number("\(folder)/cpu.cfs_quota_us"), let period = number("\(folder)/cpu.cfs_period_us"),
                quota > 0, period > 0
            {
                found.append(Double(quota) / Double(period))
            }
        }
        return found.min()
    }

    /// Returns the folders of the groups of a controller of version 1, or of version 2, from the process's own to the
    /// root. In a container the path may be the host's, of which only the root is visible.
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
            // A path with ".." is outside of what is mounted here.
            var names = fields[2].split(separator: "/")
            if names.contains("..") { names = [] }
            for count in (0...names.count).reversed() {
                let path = names.prefix(count).map { "/\($0)" }.joined()
                folders += roots.map { $0 + path }
            }
        }
        return folders
    }

    /// Inactive file cache counts as used, but is dropped when memory is needed.
    private func used(_ folder: String, _ name: String, cached: String) -> Int {
        let lines = (read("\(folder)/memory.stat") ?? "").split(separator: "\n")
        let inactive = lines.first { $0.hasPrefix("\(cached) ") }.flatMap { Int($0.dropFirst(cached.count + 1)) } ?? 0
        return max((number("\(folder)/\(name)") ?? 0) - inactive, 0)
    }

    private func number(_ path: String) -> Int? { read(path).flatMap { Int($0.prefix { $0 != "\n" }) } }
}
