// Commands of this program that messages suggest, for users to copy.

/// Formats commands that work in a shell: quoted, and with the folders given on the command line.
package struct CommandText: Sendable, Hashable {
    package enum Command: String, Sendable {
        /// Trains an experiment file.
        case train = ""
        case resume, fork, export, list

        fileprivate var readsData: Bool { [.train, .resume, .fork].contains(self) }
    }

    /// The folder given with `--runs`, if any.
    package var runs: String?
    /// The folder given with `--data`, if any.
    package var data: String?

    /// Creates a formatter; without folders, commands use the default ones.
    package init(runs: String? = nil, data: String? = nil) {
        self.runs = runs
        self.data = data
    }

    /// Formats a command on one line.
    ///
    /// - Parameters:
    ///   - operand: name of a run, or path of a file.
    ///   - options: words such as `--at` and `best`.
    package func line(_ command: Command, _ operand: String? = nil, _ options: [String] = []) -> String {
        func option(_ name: String, _ value: String?) -> [String] {
            // After a space, a value that starts with a dash would be another option.
            value.map { $0.hasPrefix("-") ? ["\(name)=\($0)"] : [name, $0] } ?? []
        }
        let options = options + option("--runs", runs) + (command.readsData ? option("--data", data) : [])
        let operands = operand.map { $0.hasPrefix("-") ? options + ["--", $0] : [$0] + options } ?? options
        return (["vgglab", command.rawValue].filter { !$0.isEmpty } + operands).map(Readable.shellWord)
            .joined(separator: " ")
    }
}
