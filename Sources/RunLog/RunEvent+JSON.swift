// The members of each event in JSON Lines, after those that every line starts with.

package import Experiments

extension RunEvent {
    /// The event's name in JSON Lines.
    var name: String {
        switch self {
        case .runStarted: "run_started"
        case .progress: "progress"
        case .evaluating: "evaluating"
        case .epochFinished: "epoch_finished"
        case .checkpointSaved: "checkpoint_saved"
        case .warning: "warning"
        case .runFinished: "run_finished"
        }
    }

    /// The event's own members.
    var members: [JSON.Member] {
        let json: JSON =
            switch self {
            case .runStarted(let run): run.json
            case .progress(let progress): progress.json
            case .evaluating(let progress): progress.json
            case .epochFinished(let metrics): metrics.json
            case .checkpointSaved(let checkpoint): checkpoint.json
            case .warning(let text): ["message": .string(text)]
            case .runFinished(let summary): summary.json
            }
        guard case .object(let members) = json else { return [] }
        return members
    }
}

extension RunStarted {
    fileprivate var json: JSON {
        [
            "experiment": experiment.json,
            "dataset": .string(dataset),
            "num_classes": .integer(network.numClasses), "channels": .integer(network.inputChannels),
            "parameters": .integer(network.parameters),
            "train_examples": .integer(trainExamples),
            "test_examples": .integer(testExamples),
            "steps_per_epoch": .integer(stepsPerEpoch),
            "threads": .integer(threads),
            "machine": .string(machine),
            "engine": .string(engine),
            "predicted_memory_bytes": .integer(predictedMemoryBytes),
            "resumed_step": .integer(resumedStep),
            "inherited_seconds": .number(inheritedSeconds),
        ]
    }
}

extension EvaluationProgress {
    fileprivate var json: JSON {
        [
            "epoch": .integer(epoch),
            "step": .integer(step),
            "examples": .integer(examples),
            "all_examples": .integer(allExamples),
            "elapsed_seconds": .number(elapsedSeconds),
            "remaining_seconds": .optional(remainingSeconds),
        ]
    }
}

extension CheckpointSaved {
    fileprivate var json: JSON {
        [
            "step": .integer(step),
            "epoch": .integer(epoch),
            "bytes": .integer(byteCount),
            "seconds": .number(seconds),
        ]
    }
}

extension LayerHealth {
    /// A layer's health as in JSON Lines; the type itself decodes it.
    package var json: JSON {
        [
            "layer": .string(name),
            "dead_share": .optional(deadShare),
            "update_ratio": .optional(updateRatio),
        ]
    }
}

extension Progress {
    /// A step's metrics as in JSON Lines.
    package var json: JSON {
        let place = [
            JSON.Member("epoch", .integer(epoch)),
            JSON.Member("step", .integer(step)),
            JSON.Member("step_in_epoch", .integer(stepInEpoch)),
            JSON.Member("steps_per_epoch", .integer(stepsPerEpoch)),
            JSON.Member("examples_seen", .optional(examplesSeen)),
        ]
        let figures = Self.metrics.map { JSON.Member($0.key, .optional($0.value(self))) }
        // Most steps have no layers.
        return .object(place + figures + (layers.isEmpty ? [] : [JSON.Member("layers", .array(layers.map(\.json)))]))
    }
}

extension EpochMetrics {
    /// An epoch's metrics as in JSON Lines.
    package var json: JSON {
        .object(
            [JSON.Member("epoch", .integer(epoch)), JSON.Member("step", .integer(step))]
                + Self.metrics.map { JSON.Member($0.key, .optional($0.value(self))) })
    }
}

extension RunSummary {
    fileprivate var json: JSON {
        var divergedAtStep: Int?
        var reason: String?
        let name: String
        switch outcome {
        case .completed: name = "completed"
        case .stopped: name = "stopped"
        case .diverged(let step):
            name = "diverged"
            divergedAtStep = step
        case .failed(let why):
            name = "failed"
            reason = why
        }
        return [
            "outcome": .string(name),
            "diverged_at_step": .optional(divergedAtStep),
            "reason": reason.map(JSON.string) ?? .null,
            "step": .integer(step),
            "last_epoch": lastEpoch?.json ?? .null,
            "best_epoch": bestEpoch?.json ?? .null,
            "examples_per_second": .number(examplesPerSecond),
            "overall_examples_per_second": .optional(overallExamplesPerSecond),
            "step_examples_per_second": .number(stepExamplesPerSecond),
            "elapsed_seconds": .number(elapsedSeconds),
            "peak_memory_bytes": .integer(peakMemoryBytes),
        ]
    }
}
