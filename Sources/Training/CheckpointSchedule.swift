// When a run saves its state.

internal import Experiments

/// Decides when a checkpoint is due.
struct CheckpointSchedule {
    private let recipe: CheckpointRecipe
    private var lastSeconds = 0.0

    init(_ recipe: CheckpointRecipe) { self.recipe = recipe }

    /// Restarts the minutes.
    mutating func begin(at now: Double) { lastSeconds = now }

    /// - Parameters:
    ///   - epoch: the epoch that has just been evaluated, if any.
    ///   - isBest: whether it is the best epoch so far, which is saved regardless of schedule, unless checkpoints are
    ///     disabled.
    func isDue(after step: Int, epoch: Int? = nil, isBest: Bool = false, at now: Double) -> Bool {
        if isBest, recipe != CheckpointRecipe(everyEpochs: nil, everyMinutes: nil, everySteps: nil) { return true }
        if let every = recipe.everySteps, step.isMultiple(of: every) { return true }
        if let every = recipe.everyMinutes, now - lastSeconds >= every * 60 { return true }
        if let epoch, let every = recipe.everyEpochs, epoch.isMultiple(of: every) { return true }
        return false
    }
}
