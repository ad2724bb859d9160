// Which folders in `runs` are ours. Only what carries our mark is ever removed: other programs keep folders of this name,
// too, and a row may name any.

internal import Checkpoints
internal import Foundation
internal import Glibc

/// What a run's `owner` file says: who holds the run, and that this program made the folder.
public struct RunOwner: Codable, Sendable {
    let user: String
    let host: String
    /// The number of the process.
    public let process: Int32
    let since: String
    /// The run's name; missing in what earlier versions wrote.
    var run: String?

    /// `ann@box, process 1234, since 2026-05-04T10:00:00Z`.
    public var text: String { "\(user)@\(host), process \(process), since \(since)" }

    /// This process.
    init(of run: String) {
        user = NSUserName()
        host = ProcessInfo.processInfo.hostName
        process = getpid()
        since = Date().formatted(.iso8601)
        self.run = run
    }

    /// Writes it, in one go over what is there and always as long: whoever reads it meanwhile finds a whole one, and a full
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
