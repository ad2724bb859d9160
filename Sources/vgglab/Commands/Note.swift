// `vgglab note RUN TEXT`: a note on a run.

import ArgumentParser
import Experiments
import RunLog
import RunStore

struct Note: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set the note of a run; without a text, show it.")

    @Argument(help: .run, completion: .run) var runName: String
    @Argument(help: "The note; an empty one removes it.") var words: [String] = []
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let (store, run) = try storeOptions.run(runName)
        let text = words.isEmpty ? nil : words.joined(separator: " ")
        if let text { try explaining { try store.setNote(text, of: run) } }
        let note = text ?? run.note
        Console.print("\(Readable.visible(run.name)): \(note.isEmpty ? "no note" : Readable.visible(note))\n")
    }
}
