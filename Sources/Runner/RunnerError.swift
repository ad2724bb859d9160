/// Why an experiment cannot be trained on this machine, or a run cannot continue. `description` is one sentence.
package struct RunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a user can do, for a caller that knows how.
    package enum Remedy: Sendable, Hashable {
        /// Give the folder of the data that the run was trained on.
        case dataFolder
        /// Fork this run at this step.
        case fork(run: String, step: Int)
        /// Train this experiment file.
        case train(file: String)
        /// Leave the strict mode, which made this warning an error.
        case lenience(warning: String)
    }

    package let description: String
    /// What a user can do, apart from what `description` says.
    package let remedy: Remedy?

    init(_ description: String, _ remedy: Remedy? = nil) {
        self.description = description
        self.remedy = remedy
    }
}
