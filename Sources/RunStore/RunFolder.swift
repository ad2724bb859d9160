// Identifies our folders in `runs`. Only folders with our mark are ever removed: other programs may use folders of
// these names, and a row may name any folder.

internal import Files
internal import Foundation
internal import Glibc

/// The content of a run's `owner` file: who has the run, and that this program created the folder.
package struct RunOwner: Codable, Sendable {
    let user: String
    let host: String
    /// Process ID.
    package let process: Int32
    let since: String
    /// The run's name; missing in files of earlier versions.
    var run: String?
    /// Counters when the run started; missing in files of earlier versions, and if the system does not count them.
    var memoryKills: MemoryKills?

    /// A text such as `ann@box, process 1234, since 2026-05-04T10:00:00Z`.
    package var text: String { "\(user)@\(host), process \(process), since \(since)" }

    /// Describes this process.
    init(of run: String) {
        user = NSUserName()
        host = ProcessInfo.processInfo.hostName
        process = getpid()
        since = Date().formatted(.iso8601)
        self.run = run
        memoryKills = .now
    }

    /// Guesses why the process was killed.
    ///
    /// - Returns: a clause; empty if nothing is known.
    func causeOfEnd(now: MemoryKills? = .now) -> String {
        guard let memoryKills, let now, now.boot == memoryKills.boot, now.count > memoryKills.count else { return "" }
        let count = now.count - memoryKills.count
        return
            "perhaps out of memory: since it started, the system has killed \(count) process\(count == 1 ? "" : "es") "
            + "for that"
    }

    /// Overwrites the file in one write of constant length: a concurrent reader always finds a complete one, and a full
    /// disk has room for it.
    func sign(_ descriptor: Int32) {
        guard var json = try? JSONEncoder().encode(self) else { return }
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, 512 - json.count)))
        _ = json.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Reads the `owner` file in a folder; `nil` if it is not ours.
    init?(in folder: String) {
        guard let bytes = Folders.contents(of: "\(folder)/owner", most: 4096),
            let owner = try? JSONDecoder().decode(RunOwner.self, from: Data(bytes))
        else { return nil }
        self = owner
    }
}

/// Number of processes that Linux has killed since boot because memory ran out, in a control group or overall.
struct MemoryKills: Codable, Sendable {
    /// Identifies a boot of a machine.
    let boot: String
    let count: Int

    /// `nil` if it is not counted (before Linux 4.13) or cannot be read.
    static var now: MemoryKills? {
        guard let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8),
            let events = try? String(contentsOfFile: "/proc/vmstat", encoding: .utf8),
            let line = events.split(separator: "\n").first(where: { $0.hasPrefix("oom_kill ") }),
            let count = Int(line.dropFirst("oom_kill ".count))
        else { return nil }
        return MemoryKills(boot: boot.filter { !$0.isNewline }, count: count)
    }
}

enum RunFolder {
    /// Returns whether this program has created the folder for the run of this name: it has our mark or, if that was
    /// lost, the run's own experiment, or nothing at all.
    static func isOurs(_ path: String, name: String, experiment: String) -> Bool {
        if isMarked(path, name: name) { return true }
        let kept = Folders.contents(of: "\(path)/experiment.yaml", most: experiment.utf8.count)
        if !experiment.isEmpty && kept == Array(experiment.utf8) { return true }
        // Killed before it was marked.
        let names = Folders.names(in: path)
        return names.isEmpty || names == ["owner"] && Folders.contents(of: "\(path)/owner", most: 0) != nil
    }

    /// Returns whether the folder, which must not be a link, has our mark for this name.
    static func isMarked(_ path: String, name: String) -> Bool {
        Folders.isFolder(path) && RunOwner(in: path).map { ($0.run ?? name) == name } == true
    }

    /// Removes a run's folder if it has our mark. The mark is removed last, so that a partially removed folder still
    /// has it. A link is removed, not followed.
    static func remove(_ path: String, name: String) {
        guard !Folders.isLink(path) else { return Folders.remove(path) }
        guard isMarked(path, name: name) else { return }
        for entry in Folders.names(in: path) where entry != "owner" { Folders.remove("\(path)/\(entry)") }
        Folders.remove(path)
    }
}
