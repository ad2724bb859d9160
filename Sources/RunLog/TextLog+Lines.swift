// The lines of the text log.

internal import TerminalText
internal import Experiments

extension TextLog {
    /// Formats the facts of a run after its name: description, table, and one line each for data, recipe, machine and
    /// memory.
    func header(of run: RunStarted) -> String {
        let experiment = run.experiment
        let description = experiment.description.isEmpty ? "" : ": \(Readable.visible(experiment.description))"
        let data = experiment.data
        let facts = [
            (
                "data",
                "\(Readable.visible(run.dataset)), \(Readable.count(run.trainExamples)) training and "
                    + "\(Readable.count(run.testExamples)) test images, \(data.resize) × \(data.resize), "
                    + "batches of \(Readable.count(data.batchSize))"
            ),
            ("training", recipe(of: run)),
            ("machine", "\(Readable.visible(run.machine)), \(threads(run.threads))"),
            ("engine", Readable.visible(run.engine)),
            ("memory", "about \(Readable.bytes(run.predictedMemoryBytes)) at peak"),
        ]
        let lines = facts.map { name, text in "\(name.padded(10))\(text)" }
        let table = NetworkTable(run.network, batchSize: data.batchSize).text
        return description + "\n\n" + table + "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// Formats `epoch  3/10  step 120/469  loss 0.412  train acc 0.847  212.3 examples/sec  31 min left`.
    func line(of progress: Progress) -> String {
        let steps = Readable.count(progress.stepsPerEpoch)
        let step = Readable.count(progress.stepInEpoch).leftPadded(steps.count)
        let parts = [
            epoch(progress.epoch), "step \(step)/\(steps)", "loss \(metric(progress.meanLoss))",
            "train acc \(metric(progress.meanAccuracy))", rate(progress.examplesPerSecond),
        ]
        return (parts + left(progress.remainingSeconds)).joined(separator: "  ")
    }

    /// Formats `epoch  3/10  evaluating 4,000/10,000  31 min left`.
    func line(of progress: EvaluationProgress) -> String {
        let all = Readable.count(progress.allExamples)
        let parts = [
            epoch(progress.epoch), "evaluating \(Readable.count(progress.examples).leftPadded(all.count))/\(all)",
        ]
        return (parts + left(progress.remainingSeconds)).joined(separator: "  ")
    }

    /// Formats `epoch  3/10  loss 0.412  train acc 0.847  test acc 0.861  212.3 examples/sec  31 min left`.
    func line(of metrics: EpochMetrics) -> String {
        let parts =
            [
                epoch(metrics.epoch), "loss \(metric(metrics.trainLoss))", "train acc \(metric(metrics.trainAccuracy))",
                "test acc \(metric(metrics.testAccuracy))",
            ] + (metrics.validationAccuracy.map { ["validation acc \(metric($0))"] } ?? []) + [
                rate(metrics.examplesPerSecond)
            ]
        let isLast = metrics.epoch == numEpochs
        return (parts + left(isLast ? nil : metrics.remainingSeconds)).joined(separator: "  ")
    }

    /// Formats the end of a run; the last line is the most important.
    func closingLines(of summary: RunSummary) -> [String] {
        switch summary.outcome {
        case .completed:
            return results(of: summary)
        case .stopped:
            let best = summary.bestEpoch.map {
                "the best so far is test acc \(metric($0.testAccuracy)) in epoch \($0.epoch)"
            }
            return (summary.lastEpoch == nil ? [] : results(of: summary))
                + ["stopped \(place(of: summary.step)): \(best ?? "no epoch completed")"]
        case .diverged(let step):
            let rate = started.map { " (now \(Readable.short($0.experiment.training.learningRate)))" } ?? ""
            return [
                "diverged at step \(Readable.count(step)): loss or gradient is no longer finite; try a smaller training.lr\(rate)"
            ]
        case .failed(let reason):
            return ["failed \(place(of: summary.step)): \(Readable.visible(reason))"]
        }
    }

    /// Formats the notebook's two lines, and one with further results.
    private func results(of summary: RunSummary) -> [String] {
        let inherited = started?.inheritedSeconds ?? 0
        let parent = inherited > 0 ? ", \(Readable.duration(seconds: inherited)) of them its parent's" : ""
        let costs = [
            Readable.duration(seconds: summary.elapsedSeconds) + parent,
            "peak memory \(Readable.bytes(summary.peakMemoryBytes))",
        ]
        guard let last = summary.lastEpoch else {
            return [(["no epoch was trained"] + costs).joined(separator: " · ")]
        }
        let best = summary.bestEpoch.map { ["best test acc \(metric($0.testAccuracy)) in epoch \($0.epoch)"] } ?? []
        let overall = summary.overallExamplesPerSecond.map {
            ["\(rate($0)) over the whole run, including evaluations and checkpoints"]
        }
        let device = started.map { "cpu (\(threads($0.threads)))" } ?? "cpu"
        return [
            "loss \(metric(last.trainLoss)), train acc \(metric(last.trainAccuracy)), "
                + "test acc \(metric(last.testAccuracy))",
            "\(rate(summary.stepExamplesPerSecond)) on \(device)",
            ((overall ?? []) + best + costs).joined(separator: " · "),
        ]
    }

    private func recipe(of run: RunStarted) -> String {
        let training = run.experiment.training
        let epochs = "\(training.epochs) epoch\(training.epochs == 1 ? "" : "s")"
        let length = "\(epochs) of \(Readable.count(run.stepsPerEpoch)) step\(run.stepsPerEpoch == 1 ? "" : "s")"
        return (training.parts + [length, "seed \(training.seed)"]).joined(separator: ", ")
    }

    private var numEpochs: Int? { started?.experiment.training.epochs }

    private func epoch(_ epoch: Int) -> String {
        guard let numEpochs else { return "epoch \(epoch)" }
        return "epoch \(String(epoch).leftPadded(String(numEpochs).count))/\(numEpochs)"
    }

    private func place(of step: Int) -> String {
        guard step > 0 else { return "before the first step" }
        let place = "after step \(Readable.count(step))"
        guard let started, let epoch = epoch(ofStep: step) else { return place }
        return "\(place) (epoch \(epoch)/\(started.experiment.training.epochs))"
    }

    private func metric(_ value: Double) -> String { Readable.metric(value) }

    private func rate(_ examplesPerSecond: Double) -> String {
        "\(Readable.rate(examplesPerSecond)) examples/sec"
    }

    private func left(_ seconds: Double?) -> [String] {
        seconds.map { ["\(Readable.duration(seconds: $0)) left"] } ?? []
    }

    private func threads(_ count: Int) -> String { "\(count) thread\(count == 1 ? "" : "s")" }
}
