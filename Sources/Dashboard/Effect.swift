// What the dashboard wants done outside itself: values that the caller carries out, answering with messages.

package import Experiments

package enum Effect: Sendable, Hashable {
    /// Start experiments, or queue them.
    case launch([LaunchRequest])
    /// Pause runs between two steps.
    case pause([String])
    /// Resume paused runs.
    case unpause([String])
    /// Stop runs after their current step with a checkpoint, and remove queued ones.
    case stop([String])
    /// Resume ended runs from their last checkpoint.
    case resume([String])
    /// Train the same experiments again from the start, as new runs.
    case restart([String])
    /// Move a queued run by this many places; negative is earlier.
    case moveInQueue(run: String, by: Int)
    /// Delete ended runs with everything stored of them.
    case delete([String])
    /// Add tags to runs and remove others.
    case changeTags([String], add: [String], remove: [String])
    /// Set the note of runs; an empty text removes it.
    case setNote([String], String)
    /// Write an experiment file; answered by a notice and the reloaded experiments, or by `Message.notSaved`.
    case saveExperiment(Experiment)
    /// Search a learning rate for an experiment with some short trainings.
    case findRate(Experiment)
    /// Stop the search.
    case stopFindingRate
    /// Look up the facts of a data set.
    case loadFacts(dataset: String)
    /// Read all records of a run.
    case loadHistory(run: String)
    /// Measure each layer's share of a step.
    case loadProfile(run: String)
    /// Look up the checkpoints from which a run can be forked.
    case loadCheckpoints(run: String)
    /// Classify test images with a run's network and return those that match the filter.
    case loadPredictions(run: String, ImageFilter)
    /// Save preferences for the next start.
    case savePreferences(Preferences)
    /// Redraw every cell.
    case redraw
    /// Suspend the program and give the terminal to the shell.
    case suspend
    /// Quit; if `stopRuns`, running runs are stopped with a checkpoint first.
    case quit(stopRuns: Bool)
    /// Quit now, while runs are still being saved; they resume from earlier checkpoints.
    case abandon
}

/// An experiment to be trained.
package struct LaunchRequest: Sendable, Hashable {
    package var experiment: Experiment
    /// The experiment's file; `nil` if it was created in the form.
    package var path: String?
    /// The checkpoint to start from, if it is a fork.
    package var parent: Fork?

    /// Where a fork starts.
    package struct Fork: Sendable, Hashable {
        /// Name of the parent run.
        package var run: String
        /// The step of the checkpoint; `nil` for the newest.
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

/// Which test images to show.
package enum ImageFilter: Sendable, Hashable {
    /// The first ones.
    case all
    /// Misclassified ones.
    case wrong
    /// Those of one class that the network assigns to another.
    case cell(truth: Int, prediction: Int)
}
