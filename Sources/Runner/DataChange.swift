// What a fork sees other images for than the run that it begins with.

internal import ExperimentFiles
internal import Experiments
internal import RunStore
internal import Training

/// How the images of a fork differ from its parent's.
struct DataChange {
    /// Settings that choose and shape images.
    private static let settings = ["data.resize", "data.limit_train", "data.limit_test"]

    /// What differs, in a sentence; `nil` where nothing does.
    let warning: String?
    /// Whether test accuracies from before cannot be compared with those that come.
    let altersEvaluation: Bool

    init(from parent: RunInfo, _ old: Experiment, to prepared: PreparedExperiment) {
        let (new, data) = (prepared.experiment, prepared.data)
        let isOtherData = parent.dataChecksum != data.checksum
        altersEvaluation = isOtherData || !new.isEvaluated(as: old)
        var changes: [String] = []
        if isOtherData {
            changes.append(
                data.summary == parent.dataset
                    ? "\(data.summary) has changed" : "\(data.summary) instead of \(parent.dataset)")
        }
        changes += ExperimentFile.differences(from: old, to: new).filter { Self.settings.contains($0.path) }
            .map { "\($0.path) \($0.new) instead of \($0.values[0])" }
        let end = altersEvaluation ? "; the best epoch is counted anew" : ""
        warning =
            changes.isEmpty ? nil : "other images than run \(parent.name)'s: \(changes.joined(separator: ", "))\(end)"
    }
}

extension Experiment {
    /// Whether it is tested on the same images as another experiment with the same data set.
    fileprivate func isEvaluated(as other: Experiment) -> Bool {
        data.resize == other.data.resize && data.limitTest == other.data.limitTest
    }
}
