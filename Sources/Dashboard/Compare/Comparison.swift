// Runs side by side: settings that differ, results, and test accuracies over time. CompareView draws them.

internal import ExperimentFiles
internal import Experiments
internal import RunLog
internal import Screen

struct Comparison: Hashable {
    struct Row: Hashable {
        var label: String
        /// One text per run; empty for none.
        var values: [String]
        /// Index of the best one; `nil` if there is none, or all are equal.
        var best: Int?
    }

    /// Test accuracies whose first time is shown.
    static let milestones = [0.8, 0.85, 0.9]

    let runs: [RunEntry]
    let settings: [Row]
    let figures: [Row]

    init(_ runs: [RunEntry], in catalog: Catalog) {
        self.runs = runs
        var settings = ExperimentFile.differences(among: runs.map(\.experiment))
            .filter { !["name", "description", "data.limit_train", "data.limit_test"].contains($0.path) }
            .map { Row(label: $0.path, values: $0.values) }
        if Set(runs.compactMap(\.data?.checksum)).count > 1 {
            settings.append(Row(label: "data", values: runs.map { $0.data.map(Self.text) ?? "" }))
        }
        if Set(runs.map(\.threads)).count > 1 {
            settings.append(Row(label: "threads", values: runs.map { "\($0.threads)" }))
        }
        let images = runs.map { ImageCounts($0.experiment.data, of: catalog.dataset(of: $0)) }
        var counts = [
            Row(label: "train images", values: images.map(\.train)),
            Row(label: "test images", values: images.map(\.test)),
        ]
        settings += counts.filter { Set($0.values).count > 1 }
        counts.removeAll { Set($0.values).count > 1 || !images.contains(where: \.isLimited) }
        self.settings = settings
        let series = runs.map { catalog.series[$0.name] }
        let networks = runs.map(catalog.network)

        func row(
            _ label: String, _ values: [Double?], lowest: Bool = false, _ text: (Double) -> String
        ) -> Row {
            let known = values.compactMap(\.self).filter(\.isFinite)
            let winner = lowest ? known.min() : known.max()
            let texts = values.map { $0.map(text) ?? "" }
            // A difference too small to be displayed does not count.
            let first = values.firstIndex { $0 == winner }
            let isOnly = first.map { first in texts.count { $0 == texts[first] } == 1 } ?? false
            return Row(label: label, values: texts, best: known.count > 1 && isOnly ? first : nil)
        }
        func whole(_ label: String, _ values: [Int?]) -> Row {
            row(label, values.map { $0.map(Double.init) }, lowest: true) { Readable.magnitude(Int($0)) }
        }

        var figures = [
            Row(label: "state", values: runs.map(\.stateText)),
            Row(label: "epoch", values: runs.map { "\($0.epoch)/\($0.experiment.training.epochs)" }),
            row("best test acc", runs.map(\.bestAccuracy)) { Readable.metric($0) },
            Row(label: "  in epoch", values: runs.map { $0.bestEpoch.map(String.init) ?? "" }),
            row("last test acc", runs.map(\.testAccuracy)) { Readable.metric($0) },
            row("last train acc", zip(runs, series).map { $0.trainAccuracy ?? $1?.epochs.last?.trainAccuracy }) {
                Readable.metric($0)
            },
            row("last test loss", series.map { $0?.epochs.last?.testLoss }, lowest: true) {
                Readable.metric($0)
            },
            row("last train loss", zip(runs, series).map { $0.loss ?? $1?.epochs.last?.trainLoss }, lowest: true) {
                Readable.metric($0)
            },
        ]
        for accuracy in Self.milestones {
            let times = runs.map { run in
                catalog.countedEpochs(of: run).first { $0.testAccuracy >= accuracy }?.elapsedSeconds
            }
            figures.append(
                row("time to \(Int(accuracy * 100)) %", times, lowest: true) { Readable.duration(seconds: $0) })
        }
        figures += [
            Row(
                label: "time",
                values: runs.map { $0.elapsedSeconds > 0 ? Readable.duration(seconds: $0.elapsedSeconds) : "" }),
            row("images/s", runs.map(\.examplesPerSecond), Readable.rate),
            whole("parameters", networks.map { $0?.parameters }),
            whole("training MACs", networks.map { $0?.trainingMACs }),
            row("peak memory", runs.map { $0.peakMemoryBytes.map(Double.init) }, lowest: true) {
                Readable.bytes(Int($0))
            },
        ]
        self.figures = (figures + counts).filter { row in row.values.contains { !$0.isEmpty } }
    }

    /// Returns the test accuracy over time, one curve per run, unsmoothed so that a collapse is visible.
    static func accuracies(of runs: [RunEntry], in catalog: Catalog) -> [Curve] {
        runs.compactMap { run in
            let samples = catalog.countedEpochs(of: run)
                .map { Curve.Sample($0.elapsedSeconds, $0.testAccuracy) }.filter { $0.x.isFinite && $0.y.isFinite }
            return samples.isEmpty ? nil : Curve(run.name, samples: samples, role: .series(catalog.color(of: run.name)))
        }
    }

    /// Formats data with the checksum first, as narrow columns have no room for more.
    private static func text(_ data: RunData) -> String { "\(data.checksum.prefix(8)) \(data.summary)" }
}

extension Catalog {
    /// The epochs of a run that were evaluated on its own images.
    fileprivate func countedEpochs(of run: RunEntry) -> ArraySlice<EpochMetrics> {
        (series[run.name]?.epochs ?? []).drop { $0.epoch < run.bestFrom }
    }
}
