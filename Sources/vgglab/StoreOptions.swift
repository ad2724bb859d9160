// The folder of the store, and how runs are named on the command line.

import ArgumentParser
import Experiments
import Foundation
import Glibc
import RunLog
import RunStore

/// The store to use.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("runs"),
        help: ArgumentHelp(
            "Folder of the stored runs (default: $XDG_STATE_HOME/vgglab or ~/.local/state/vgglab).",
            valueName: "folder"), completion: .directory)
    var folder: String?

    /// Returns how messages format commands that use the same store.
    ///
    /// - Parameter data: the --data option, which the commands repeat.
    func commands(_ data: DataOptions? = nil) -> CommandText { CommandText(runs: folder, data: data?.folder) }

    /// Opens the store, and creates it if missing.
    ///
    /// - Parameter checks: whether to check the integrity of the whole file first.
    func openForWriting(checks: Bool = true) throws -> RunStore { try open(creates: true, checks: checks) }

    /// Opens the store for reading; a missing one has no runs.
    func open() throws -> RunStore {
        var status = stat()
        if let folder, !folder.isEmpty, stat(folder, &status) != 0, [ENOENT, ENOTDIR].contains(errno) {
            throw Failure(message: "--runs \(folder): there is no such folder")
        }
        return try open(creates: false)
    }

    private func open(creates: Bool, checks: Bool = true) throws -> RunStore {
        guard let folder = folder ?? RunStore.defaultFolder(environment: ProcessInfo.processInfo.environment) else {
            throw Failure(message: "there is no home folder to store runs in; choose a folder with --runs DIR")
        }
        // The empty path would be the current folder.
        guard !folder.isEmpty else { throw Failure(message: "--runs needs the name of a folder (got an empty string)") }
        // When training, the log or the dashboard reports waiting itself.
        var onWait: (@Sendable () -> Void)?
        if !creates {
            onWait = { Console.say("waiting: another process writes the store in \(Readable.visible(folder))") }
        }
        let store = try explaining {
            try RunStore(
                folder: URL(filePath: folder).path, creates: creates, checks: checks, isPrivate: self.folder == nil,
                onWait: onWait)
        }
        // What cannot be removed now does no harm.
        if creates && checks { try? store.removeLeftovers() }
        if let notice = store.notice { Console.say("warning: \(Readable.visible(notice))") }
        return store
    }

    /// Opens the store, and finds a run by name, unique prefix, or `last`.
    func run(_ name: String) throws -> (store: RunStore, run: RunInfo) {
        let store = try open()
        return (store, try run(name, in: store))
    }

    /// Finds a run by name, unique prefix, or `last`.
    func run(_ name: String, in store: RunStore) throws -> RunInfo {
        try explaining(commands()) { try store.run(named: name) }
    }
}

extension ArgumentHelp {
    static let run = ArgumentHelp("Name of the run, a unique prefix of it, or last for the newest.", valueName: "run")
    static let runs = ArgumentHelp("Names of runs, unique prefixes, or last for the newest.", valueName: "run")
}

extension CompletionKind {
    /// Completes names of runs in the store that the command line selects, except names that a shell might evaluate.
    static let run = CompletionKind.custom { words, _, _ in
        let folder = words.lastIndex(of: "--runs").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
        guard let path = folder ?? RunStore.defaultFolder(environment: ProcessInfo.processInfo.environment) else {
            return []
        }
        return ((try? RunStore(folder: path, creates: false).names()) ?? []).filter(isPlain)
    }

    /// Whether bash, zsh and fish treat a name as plain text, both in a completion script and on the command line. The
    /// script for bash passes names to `compgen -W`, which runs `$(…)`. Completed words are quoted, but bash does not
    /// quote `$`, and zsh does not quote `!`.
    static func isPlain(_ name: String) -> Bool {
        Readable.visible(name) == name
            && name.unicodeScalars.allSatisfy {
                !$0.isASCII || $0.properties.isAlphabetic || $0.properties.numericType != nil
                    || "_.,+@- ".unicodeScalars.contains($0)
            }
    }
}
