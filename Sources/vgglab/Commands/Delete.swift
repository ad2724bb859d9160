// `vgglab delete RUN…`: deletes runs with their checkpoints, after confirmation.

import ArgumentParser
import Checkpoints
import Experiments
import Foundation
import RunLog
import RunStore

struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete runs and their checkpoints, after confirmation.")

    @Argument(help: .run, completion: .run) var runs: [String]
    @Flag(name: [.short, .long], help: "Delete without confirmation.") var yes = false
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let store = try storeOptions.open()
        var found: [RunInfo] = []
        for name in runs {
            let run = try storeOptions.run(name, in: store)
            if !found.contains(where: { $0.id == run.id }) { found.append(run) }
        }
        if let running = found.first(where: { $0.state == .running }) {
            throw Failure(message: "run \(Readable.visible(running.name)) is being trained; stop it first")
        }
        if !yes {
            guard isatty(STDIN_FILENO) == 1 else {
                throw Failure(message: "deleting needs confirmation, but there is no terminal to ask on; use --yes")
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
