// Which folders in `runs` are ours. Only what carries our mark is ever removed: other programs keep folders of this name,
// too, and a row may name any.

internal import Files
internal import Foundation
internal import Glibc

/// What a run's `owner` file says: who holds the run, and that this program made the folder.
package struct RunOwner: Codable, Sendable {
    let user: String
    let host: String
    /// The number of the process.
    package let process: Int32
    let since: String
    /// The run's name; missing in what earlier versions wrote.
    var run: String?
    /// As they were when the run began; missing in what earlier versions wrote, and where the system does not count them.
    var memoryKills: MemoryKills?

    /// `ann@box, process 1234, since 2026-05-04T10:00:00Z`.
    package var text: String { "\(user)@\(host), process \(process), since \(since)" }

    /// This process.
    init(of run: String) {
        user = NSUserName()
        host = ProcessInfo.processInfo.hostName
        process = getpid()
        since = Date().formatted(.iso8601)
        self.run = run
        memoryKills = .now
    }

    /// What is known of why the process ended without a word.
    ///
    /// - Returns: a clause; empty where nothing is known.
    func causeOfEnd(now: MemoryKills? = .now) -> String {
        guard let memoryKills, let now, now.boot == memoryKills.boot, now.count > memoryKills.count else { return "" }
        let count = now.count - memoryKills.count
        return "perhaps out of memory: since it began, the system has killed \(count) process\(count == 1 ? "" : "es") "
            + "for that"
    }

    /// Writes it, in one go over what is there and always as long: a reader in the meantime finds a whole one, and a full
    /// disk has room for it.
    func sign(_ descriptor: Int32) {
        guard var json = try? JSONEncoder().encode(self) else { return }
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, 512 - json.count)))
        _ = json.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// What the `owner` file in a folder says; `nil` where it is none of ours.
    init?(in folder: String) {
        guard let bytes = Folders.contents(of: "\(folder)/owner", most: 4096),
            let owner = try? JSONDecoder().decode(RunOwner.self, from: Data(bytes))
        else { return nil }
        self = owner
    }
}

/// How many processes Linux has killed since its start because memory ran out, in a control group or altogether.
struct MemoryKills: Codable, Sendable {
    /// Tells one start of one machine from all others.
    let boot: String
    let count: Int

    /// `nil` where it is not counted (before Linux 4.13) or cannot be read.
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
    /// Whether this program has made the folder for the run of this name: it carries our mark, or, where that was lost,
    /// the run's own experiment, or nothing at all.
    static func isOurs(_ path: String, name: String, experiment: String) -> Bool {
        if isMarked(path, name: name) { return true }
        let kept = Folders.contents(of: "\(path)/experiment.yaml", most: experiment.utf8.count)
        if !experiment.isEmpty && kept == Array(experiment.utf8) { return true }
        // Killed before it was marked.
        let names = Folders.names(in: path)
        return names.isEmpty || names == ["owner"] && Folders.contents(of: "\(path)/owner", most: 0) != nil
    }

    /// Whether the folder, no link to one, carries our mark for this name.
    static func isMarked(_ path: String, name: String) -> Bool {
        Folders.isFolder(path) && RunOwner(in: path).map { ($0.run ?? name) == name } == true
    }

    /// Removes a run's folder if it carries our mark, the mark last, so that what a process that is killed here leaves
    /// still has it. A link is removed and not followed.
    static func remove(_ path: String, name: String) {
        guard !Folders.isLink(path) else { return Folders.remove(path) }
        guard isMarked(path, name: name) else { return }
        for entry in Folders.names(in: path) where entry != "owner" { Folders.remove("\(path)/\(entry)") }
        Folders.remove(path)
    }
}
