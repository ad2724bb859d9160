// Commands of this program that a message gives a user to copy. All of them are made here.

/// Makes commands that do in a shell what a message says they do: quoted, and with the places that were given.
package struct CommandText: Sendable, Hashable {
    /// What a command does.
    package enum Command: String, Sendable {
        /// Trains an experiment file.
        case train = ""
        case resume, fork, export, list

        fileprivate var readsData: Bool { [.train, .resume, .fork].contains(self) }
    }

    /// The folder of `--runs`, if one was given.
    package var runs: String?
    /// The folder of `--data`, if one was given.
    package var data: String?

    /// Without folders the usual places are meant.
    package init(runs: String? = nil, data: String? = nil) {
        self.runs = runs
        self.data = data
    }

    /// The command in one line.
    ///
    /// - Parameters:
    ///   - operand: name of a run, or path of a file.
    ///   - options: words such as `--at` and `best`.
    package func line(_ command: Command, _ operand: String?, _ options: [String]) -> String {
        func option(_ name: String, _ value: String?) -> [String] {
            // Behind a space a value that begins with a dash would be another option.
            value.map { $0.hasPrefix("-") ? ["\(name)=\($0)"] : [name, $0] } ?? []
        }
        let options = options + option("--runs", runs) + (command.readsData ? option("--data", data) : [])
        let operands = operand.map { $0.hasPrefix("-") ? options + ["--", $0] : [$0] + options } ?? options
        return (["vgglab", command.rawValue].filter { !$0.isEmpty } + operands).map(Readable.shellWord)
            .joined(separator: " ")
    }
}
