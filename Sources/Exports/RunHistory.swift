// A run's records as one sequence of steps and epochs, even if it was interrupted and resumed.

internal import Experiments

/// The records of a run that still count, in order.
///
/// A resumed run repeats the steps after its checkpoint; the earlier versions of these steps are left out.
struct RunHistory {
    /// The last start or resumption.
    private(set) var start: RunRecord?
    private(set) var steps: [RunRecord] = []
    private(set) var epochs: [RunRecord] = []
    private(set) var warnings: [RunRecord] = []
    /// The end, unless the run continues.
    private(set) var end: RunRecord?

    /// - Parameter records: the records of one run, in any order.
    init(_ records: [RunRecord]) {
        for record in records.sorted(by: { $0.sequence < $1.sequence }) {
            switch record.event {
            case .runStarted(let started):
                (start, end) = (record, nil)
                steps.removeAll { $0.step > started.resumedStep }
                epochs.removeAll { $0.step > started.resumedStep }
            case .progress: steps.append(record)
            case .epochFinished:
                // An evaluation that was due at the checkpoint is repeated, too.
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
    /// Number of steps at the event; 0 if it has none.
    fileprivate var step: Int {
        switch event {
        case .progress(let progress): progress.step
        case .epochFinished(let metrics): metrics.step
        case .evaluating, .checkpointSaved, .runFinished, .runStarted, .warning: 0
        }
    }
}
