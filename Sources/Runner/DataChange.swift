// Differences between the images of a fork and those of its parent.

internal import ExperimentFiles
internal import Experiments
internal import RunStore
internal import Training

struct DataChange {
    /// The differences as a sentence; `nil` if there are none.
    let warning: String?
    /// Whether test accuracies from before and after the fork cannot be compared.
    let altersEvaluation: Bool

    /// What selects and resizes the images of a half, given the data set.
    private struct Selection: Equatable {
        let side: Int
        let limit: Int?
        let sampling: DataRecipe.Sampling?
        let seed: UInt64?

        init(_ experiment: Experiment, limit: Int?) {
            side = experiment.data.resize
            self.limit = limit
            sampling = limit.map { _ in experiment.data.sampling }
            seed = sampling == .stratified ? experiment.training.seed : nil
        }
    }

    init(from parent: RunInfo, _ old: Experiment, to prepared: PreparedExperiment) {
        let (new, data) = (prepared.experiment, prepared.data)
        let isOtherData = parent.dataChecksum != data.checksum
        let halves = [old, new].map { experiment in
            [experiment.data.limitTrain, experiment.data.limitTest].map { Selection(experiment, limit: $0) }
        }
        let validates = [old, new].map(\.data.validation)
        // What validates is drawn from the training images, by the seed.
        altersEvaluation =
            isOtherData || halves[0][1] != halves[1][1] || validates[0] != validates[1]
            || validates[1] > 0 && (halves[0][0] != halves[1][0] || old.training.seed != new.training.seed)
        var settings = ["data.resize", "data.limit_train", "data.limit_test", "data.validation"]
        if halves[0].map(\.sampling) != halves[1].map(\.sampling) { settings.append("data.sampling") }
        if halves[0].map(\.seed) != halves[1].map(\.seed) { settings.append("training.seed") }

        var changes: [String] = []
        if isOtherData {
            changes.append(
                data.summary == parent.dataset
                    ? "\(data.summary) has changed" : "\(data.summary) instead of \(parent.dataset)")
        }
        changes += ExperimentFile.differences(from: old, to: new).filter { settings.contains($0.path) }
            .map { "\($0.path) \($0.new) instead of \($0.values[0])" }
        let end = altersEvaluation ? "; only new epochs count as best" : ""
        warning =
            changes.isEmpty ? nil : "images differ from run \(parent.name)'s: \(changes.joined(separator: ", "))\(end)"
    }
}
