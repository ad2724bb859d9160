// Where runs are kept, and how one of them is named on the command line.

import ArgumentParser
import Experiments
import Foundation
import Glibc
import RunLog
import RunStore

/// Which store of runs is used.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("runs"),
        help: ArgumentHelp(
            "Folder of the stored runs; by default $XDG_STATE_HOME/vgglab or ~/.local/state/vgglab.",
            valueName: "folder"), completion: .directory)
    var folder: String?

    /// The store, made where there is none.
    ///
    /// - Parameters:
    ///   - data: where the data is, for commands that are shown.
    ///   - checks: whether its file is read whole first.
    func openForWriting(_ data: DataOptions, checks: Bool = true) throws -> RunStore {
        try open(creates: true, data, checks: checks)
    }

    /// The store as it is; one that is not there has no runs.
    func open(_ data: DataOptions? = nil) throws -> RunStore {
        var status = stat()
        if let folder, !folder.isEmpty, stat(folder, &status) != 0, [ENOENT, ENOTDIR].contains(errno) {
            throw Failure(message: "--runs \(folder): there is no such folder")
        }
        return try open(creates: false, data)
    }

    private func open(creates: Bool, _ data: DataOptions?, checks: Bool = true) throws -> RunStore {
        guard let folder = folder ?? RunStore.defaultFolder(environment: ProcessInfo.processInfo.environment) else {
            throw Failure(message: "there is no home folder to keep runs in; choose a folder with --runs DIR")
        }
        // The empty path would be the current folder.
        guard !folder.isEmpty else { throw Failure(message: "--runs needs the name of a folder (got an empty one)") }
        // What is trained is told by its own log, or shown by the dashboard.
        var onWait: (@Sendable () -> Void)?
        if !creates {
            onWait = { Console.say("waiting: another process writes the store in \(Readable.visible(folder))") }
        }
        let store = try explaining {
            try RunStore(
                folder: URL(filePath: folder).path, creates: creates, checks: checks, isPrivate: self.folder == nil,
                commands: CommandText(runs: self.folder, data: data?.folder), onWait: onWait)
        }
        // What cannot be removed now stands in nobody's way.
        if creates && checks { try? store.removeLeftovers() }
        if let notice = store.notice { Console.say("warning: \(Readable.visible(notice))") }
        return store
    }

    /// The run that a user names.
    func run(_ name: String, _ data: DataOptions? = nil) throws -> (store: RunStore, run: RunInfo) {
        let store = try open(data)
        return (store, try explaining { try store.run(named: name) })
    }
}

extension ArgumentHelp {
    /// Help for an argument that names a run.
    static let run = ArgumentHelp("Name of the run, its unique beginning, or last for the newest.", valueName: "run")
    /// Help for an argument that names several runs.
    static let runs = ArgumentHelp("Names of runs, their unique beginnings, or last for the newest.", valueName: "run")
}

extension CompletionKind {
    /// Names of the runs in the store that the command line so far means; those that a shell might evaluate are left to
    /// be typed.
    static let run = CompletionKind.custom { words, _, _ in
        let folder = words.lastIndex(of: "--runs").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
        guard let path = folder ?? RunStore.defaultFolder(environment: ProcessInfo.processInfo.environment) else {
            return []
        }
        return ((try? RunStore(folder: path, creates: false).names()) ?? []).filter(isPlain)
    }

    /// Whether a name is only a text to bash, zsh and fish, be it in a completion script or on the command line. The
    /// script for bash hands names to `compgen -W`, which runs `$(…)`; what goes on the command line is then quoted, but
    /// `$` not by bash, and `!` not by zsh.
    private static func isPlain(_ name: String) -> Bool {
        Readable.visible(name) == name
            && name.unicodeScalars.allSatisfy {
                !$0.isASCII || $0.properties.isAlphabetic || $0.properties.numericType != nil
                    || "_.,+@- ".unicodeScalars.contains($0)
            }
    }
}
