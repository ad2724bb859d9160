// `vgglab tag`, `vgglab note` and `vgglab delete`: what a person adds to runs, and takes away.

import ArgumentParser
import Checkpoints
import Experiments
import Foundation
import RunLog
import RunStore

struct Tag: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tag a run, or take tags away.",
        discussion: "vgglab tag vgg11-ratio4-1 paper final --remove draft; without tags it shows those that there are.")

    @Argument(help: .run, completion: .run) var runName: String
    @Argument(help: "Tags to add.") var tags: [String] = []
    @Option(name: .customLong("remove"), help: ArgumentHelp("A tag to take away; may be repeated.", valueName: "tag"))
    var removed: [String] = []
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        for tag in tags
        where tag.isEmpty || tag.utf8.count > 100 || tag.contains(where: \.isWhitespace)
            || tag != Readable.visible(tag)
        {
            throw ValidationError(
                "a tag is a word of at most 100 bytes without control or format characters (got \(Self.quoted(tag)))")
        }
    }

    func run() throws {
        let (store, run) = try storeOptions.run(runName)
        if let unknown = removed.first(where: { !run.tags.contains($0) && !tags.contains($0) }) {
            throw Failure(message: "\(run.name) has no tag \(Self.quoted(unknown)); nothing was changed")
        }
        if !tags.isEmpty || !removed.isEmpty {
            try explaining { try store.changeTags(of: run, add: tags, remove: removed) }
        }
        let now = try explaining { try store.run(withName: run.name) }
        let text = now.tags.isEmpty ? "no tags" : now.tags.map(Readable.visible).joined(separator: " ")
        Console.print("\(Readable.visible(run.name)): \(text)\n")
    }

    /// A word as it may appear in a sentence.
    private static func quoted(_ text: String) -> String {
        "\"\(Readable.visible(String(text.prefix(40))))\(text.count > 40 ? "…" : "")\""
    }
}

struct Note: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Note something about a run; without a text it shows what is noted.")

    @Argument(help: .run, completion: .run) var runName: String
    @Argument(help: "The note; an empty one takes it away.") var words: [String] = []
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let (store, run) = try storeOptions.run(runName)
        let text = words.isEmpty ? nil : words.joined(separator: " ")
        if let text { try explaining { try store.setNote(text, of: run) } }
        let note = text ?? run.note
        Console.print("\(Readable.visible(run.name)): \(note.isEmpty ? "no note" : Readable.visible(note))\n")
    }
}

struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete runs with their checkpoints; asks first.")

    @Argument(help: .run, completion: .run) var runs: [String]
    @Flag(name: [.short, .long], help: "Do not ask.") var yes = false
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.open()
        var found: [RunInfo] = []
        for name in runs {
            let run = try explaining { try store.run(named: name) }
            if !found.contains(where: { $0.id == run.id }) { found.append(run) }
        }
        if let running = found.first(where: { $0.state == .running }) {
            throw Failure(message: "run \(Readable.visible(running.name)) is being trained; stop it first")
        }
        if !yes {
            guard isatty(STDIN_FILENO) == 1 else {
                throw Failure(message: "deleting asks first, and there is no terminal to ask; use --yes")
            }
            let names = found.map { Readable.visible($0.name) }.joined(separator: ", ")
            let bytes = found.reduce(0) { sum, run in
                sum + store.checkpoints(of: run).all.reduce(0) { $0 + $1.byteCount }
            }
            Console.print("delete \(names) with \(Readable.bytes(bytes)) of checkpoints? [y/N] ")
            guard ["y", "yes"].contains(readLine()?.lowercased()) else {
                throw Failure(message: "nothing was deleted", status: 1)
            }
        }
        for run in found {
            try explaining { try store.delete(run) }
            Console.say("deleted \(Readable.visible(run.name))")
        }
    }
}
