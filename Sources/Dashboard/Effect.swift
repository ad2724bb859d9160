// What the dashboard wants done outside itself. Values: the caller carries them out and answers with
// messages.

package import Experiments

/// Something to be done outside the dashboard.
package enum Effect: Sendable, Hashable {
    /// Start experiments, or queue them behind what runs.
    case launch([LaunchRequest])
    /// Hold runs between two steps.
    case pause([String])
    /// Resume paused runs.
    case unpause([String])
    /// End runs after their current step with a checkpoint, and take queued ones out of the queue.
    case stop([String])
    /// Go on with ended runs from their last checkpoint.
    case resume([String])
    /// Train the same experiments again from the start, as new runs.
    case restart([String])
    /// Move a queued run by so many places; negative is earlier.
    case moveInQueue(run: String, by: Int)
    /// Forget ended runs with all that was kept of them.
    case delete([String])
    /// Add tags to runs and take others away.
    case changeTags([String], add: [String], remove: [String])
    /// Replace what is recorded about runs; an empty text takes it away.
    case setNote([String], String)
    /// Write an experiment file; answered by a notice and by the experiments read again, or by `Message.notSaved`.
    case saveExperiment(Experiment)
    /// Find out what a data set holds.
    case loadFacts(dataset: String)
    /// Read all that a run has said.
    case loadHistory(run: String)
    /// Measure each block's share of a step.
    case loadProfile(run: String)
    /// Look up what a fork of a run can begin with.
    case loadCheckpoints(run: String)
    /// Classify test images with a run's network and give those that the filter lets through.
    case loadPredictions(run: String, ImageFilter)
    /// Keep preferences for the next start.
    case savePreferences(Preferences)
    /// Paint every cell again.
    case redraw
    /// Hand the terminal back to the shell until it is brought to the foreground.
    case suspend
    /// End the program; active runs are stopped with a checkpoint first if `stopRuns`.
    case quit(stopRuns: Bool)
    /// End the program now, while the states of runs are still being kept; they resume from earlier checkpoints.
    case abandon
}

/// An experiment to be trained.
package struct LaunchRequest: Sendable, Hashable {
    /// What to train.
    package var experiment: Experiment
    /// The file that it came from; `nil` where it was made in the form.
    package var path: String?
    /// The run and step whose checkpoint it begins with, if it is a fork.
    package var parent: Fork?

    /// Where a fork begins.
    package struct Fork: Sendable, Hashable {
        /// Name of the run.
        package var run: String
        /// The step of its checkpoint; `nil` for the newest one.
        package var step: Int?

        package init(run: String, step: Int? = nil) {
            self.run = run
            self.step = step
        }
    }

    package init(experiment: Experiment, path: String? = nil, parent: Fork? = nil) {
        self.experiment = experiment
        self.path = path
        self.parent = parent
    }
}

/// Which test images are wanted.
package enum ImageFilter: Sendable, Hashable {
    /// The first ones.
    case all
    /// Those that the network gets wrong.
    case wrong
    /// Those of one class that the network takes for another.
    case cell(truth: Int, prediction: Int)
}
