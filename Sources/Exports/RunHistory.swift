// What a run's records come to: one line of steps and epochs, whatever was interrupted and resumed on the way.

internal import Experiments

/// The records of a run that still count, in their order.
///
/// A run that is resumed makes the steps after its checkpoint a second time; the first ones are left out.
struct RunHistory {
    /// The start, the last one of a run that was resumed.
    private(set) var start: RunRecord?
    /// What each step came to.
    private(set) var steps: [RunRecord] = []
    /// What each epoch came to.
    private(set) var epochs: [RunRecord] = []
    /// What a user should know.
    private(set) var warnings: [RunRecord] = []
    /// The end, unless the run continues.
    private(set) var end: RunRecord?

    /// - Parameter records: of one run, in any order.
    init(_ records: [RunRecord]) {
        for record in records.sorted(by: { $0.sequence < $1.sequence }) {
            switch record.event {
            case .runStarted(let started):
                (start, end) = (record, nil)
                steps.removeAll { $0.step > started.resumedStep }
                epochs.removeAll { $0.step > started.resumedStep }
            case .progress: steps.append(record)
            case .epochFinished:
                // An evaluation that was due at the checkpoint is made again, too.
                epochs.removeAll { $0.step >= record.step }
                epochs.append(record)
            case .warning: warnings.append(record)
            case .runFinished: end = record
            case .evaluating, .checkpointSaved: break
            }
        }
    }
}

extension RunRecord {
    /// Steps made by then; 0 where the event does not tell.
    fileprivate var step: Int {
        switch event {
        case .progress(let progress): progress.step
        case .epochFinished(let metrics): metrics.step
        case .evaluating, .checkpointSaved, .runFinished, .runStarted, .warning: 0
        }
    }
}
