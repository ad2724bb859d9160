// Everything that can happen to the dashboard. Messages must be sent in sequence, from one thread.

package import Experiments
package import Screen

package enum Message: Sendable {
    /// A key, the mouse, or a new size of the terminal.
    case input(Input)
    /// Time has passed.
    ///
    /// - Parameters:
    ///   - seconds: monotonic clock.
    ///   - time: wall clock, in seconds since 1970, as in records.
    case tick(seconds: Double, time: Double)
    /// The experiment files, read for the first time or again.
    case experiments([ExperimentEntry])
    /// Every run in the store and the queue.
    case runs([RunEntry])
    /// All records of a run so far, in order; the answer to `Effect.loadHistory`.
    case history(run: String, [RunRecord])
    /// New records, in order for each run; progress may be thinned.
    case records([RunRecord])
    /// Earlier records of runs, in order of time, for the log.
    case earlier([RunRecord])
    /// Everything shown is a replay.
    case replay(ReplayInfo)
    /// The machine's load.
    case machine(MachineLoad)
    /// The facts of a data set; the answer to `Effect.loadFacts` if it is found.
    case dataset(DatasetFacts)
    /// Speeds measured on this machine.
    case speeds([SpeedSample])
    /// Each layer's share of a run's step; the answer to `Effect.loadProfile`.
    case profile(run: String, [LayerShare])
    /// A run's predictions for test images; the answer to `Effect.loadPredictions`.
    ///
    /// - Parameter run: with the filter, identifies the question.
    case predictions(run: String, ImageFilter, Result<PredictionReport, Problem>)
    /// The result of launching an experiment: its run's name, or why there is none.
    case launched(LaunchRequest, Result<String, Problem>)
    /// The checkpoints from which a run can be forked, the newest first; the answer to `Effect.loadCheckpoints`.
    case checkpoints(run: String, [CheckpointEntry])
    /// Suggested learning rates; the answer to `Effect.findRate`.
    case rates(Experiment, Result<[RateSuggestion], Problem>)
    /// Why an experiment could not be saved, in one sentence; an answer to `Effect.saveExperiment`.
    case notSaved(String)
    /// A sentence that is shown for a while and added to the log.
    case notice(String, isError: Bool)
    /// A line that a library printed.
    case log(String)
    /// A request to end the program, as by Ctrl-C; handled like the quit key.
    case askedToQuit
}

/// A stored run that is played back.
package struct ReplayInfo: Sendable, Hashable {
    /// Name of the run.
    package var run: String
    /// Speed relative to the original run.
    package var speed: Double
    /// Seconds since 1970 when the run was created.
    package var createdAt: Double

    package init(run: String, speed: Double, createdAt: Double) {
        self.run = run
        self.speed = speed
        self.createdAt = createdAt
    }
}
