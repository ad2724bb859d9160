// All that can happen to the dashboard. Whoever sends messages sends them one after the other, from one thread.

package import Experiments
package import Screen

/// Something that happened to the dashboard.
package enum Message: Sendable {
    /// A key, the mouse, or another size of the terminal.
    case input(Input)
    /// Time has passed.
    ///
    /// - Parameters:
    ///   - seconds: by a clock that never jumps.
    ///   - time: seconds since 1970, by the clock of records.
    case tick(seconds: Double, time: Double)
    /// The experiment files, read (again).
    case experiments([ExperimentEntry])
    /// Every run that the store and the queue know.
    case runs([RunEntry])
    /// All that a run has said so far, in order; the answer to `Effect.loadHistory`.
    case history(run: String, [RunRecord])
    /// What runs say now, in order for each; progress may be thinned.
    case records([RunRecord])
    /// What runs said before the dashboard began, by time, for the log.
    case earlier([RunRecord])
    /// That all that is shown is a replay.
    case replay(ReplayInfo)
    /// How busy this machine is.
    case machine(MachineLoad)
    /// What a data set holds; the answer to `Effect.loadFacts` where it is found.
    case dataset(DatasetFacts)
    /// Speeds that were measured on this machine.
    case speeds([SpeedSample])
    /// Each block's share of a run's step; the answer to `Effect.loadProfile`.
    case profile(run: String, [LayerShare])
    /// What a run's network makes of test images; the answer to `Effect.loadPredictions`.
    ///
    /// - Parameter run: with the filter, what was asked.
    case predictions(run: String, ImageFilter, Result<PredictionReport, Problem>)
    /// What became of an experiment that was launched: its run's name, or why there is none.
    case launched(LaunchRequest, Result<String, Problem>)
    /// What a fork of a run can begin with, the newest first; the answer to `Effect.loadCheckpoints`.
    case checkpoints(run: String, [CheckpointEntry])
    /// Why an experiment could not be saved, in one sentence; an answer to `Effect.saveExperiment`.
    case notSaved(String)
    /// One sentence, shown for a while and kept in the log.
    case notice(String, isError: Bool)
    /// A line that a library printed.
    case log(String)
    /// Someone asked the program to end, as Ctrl-C does; the answer is that of the quit key.
    case askedToQuit
}

/// A stored run that passes once more.
package struct ReplayInfo: Sendable, Hashable {
    /// Name of the run.
    package var run: String
    /// How much faster than it was.
    package var speed: Double
    /// Seconds since 1970 when the run was created.
    package var createdAt: Double

    /// A replay of a run.
    package init(run: String, speed: Double, createdAt: Double) {
        self.run = run
        self.speed = speed
        self.createdAt = createdAt
    }
}

/// What went wrong, in one sentence.
package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// - Parameter description: one sentence for a user.
    package init(_ description: String) { self.description = description }
}
