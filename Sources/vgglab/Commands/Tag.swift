// `vgglab tag RUN TAG…`: adds and removes tags, by which runs can be filtered.

import ArgumentParser
import Experiments
import RunLog
import RunStore

struct Tag: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add tags to a run, or remove them.",
        discussion: "vgglab tag vgg11-ratio4-1 paper final --remove draft; without tags it shows the existing ones.")

    @Argument(help: .run, completion: .run) var runName: String
    @Argument(help: "Tags to add.") var tags: [String] = []
    @Option(name: .customLong("remove"), help: ArgumentHelp("Tag to remove; may be repeated.", valueName: "tag"))
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

    /// Quotes a word and makes it safe to print.
    private static func quoted(_ text: String) -> String {
        "\"\(Readable.visible(String(text.prefix(40))))\(text.count > 40 ? "…" : "")\""
    }
}
