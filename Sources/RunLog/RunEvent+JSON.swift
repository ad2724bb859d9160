// What each event says in JSON Lines, apart from what every line begins with.

public import Experiments

extension RunEvent {
    /// The event's name in JSON Lines.
    var name: String {
        switch self {
        case .runStarted: "run_started"
        case .progress: "progress"
        case .epochFinished: "epoch_finished"
        case .checkpointSaved: "checkpoint_saved"
        case .warning: "warning"
        case .runFinished: "run_finished"
        }
    }

    /// What the event adds to its line.
    var members: [JSON.Member] {
        let json: JSON =
            switch self {
            case .runStarted(let run): run.json
            case .progress(let progress): progress.json
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
            "num_classes": .integer(network.numClasses),
            "parameters": .integer(network.parameters),
            "train_examples": .integer(trainExamples),
            "test_examples": .integer(testExamples),
            "steps_per_epoch": .integer(stepsPerEpoch),
            "threads": .integer(threads),
            "machine": .string(machine),
            "engine": .string(engine),
            "predicted_memory_bytes": .integer(predictedMemoryBytes),
            "resumed_step": .integer(resumedStep),
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

extension Progress {
    /// A step's figures as in JSON Lines.
    public var json: JSON {
        [
            "epoch": .integer(epoch),
            "step": .integer(step),
            "step_in_epoch": .integer(stepInEpoch),
            "steps_per_epoch": .integer(stepsPerEpoch),
            "loss": .number(loss),
            "mean_loss": .number(meanLoss),
            "mean_accuracy": .number(meanAccuracy),
            "examples_per_second": .number(examplesPerSecond),
            "elapsed_seconds": .number(elapsedSeconds),
            "remaining_seconds": .optional(remainingSeconds),
            "gradient_norm": .optional(gradientNorm),
            "dead_share": .optional(deadShare),
        ]
    }
}

extension EpochMetrics {
    /// An epoch's figures as in JSON Lines.
    public var json: JSON {
        [
            "epoch": .integer(epoch),
            "step": .integer(step),
            "train_loss": .number(trainLoss),
            "train_accuracy": .number(trainAccuracy),
            "test_loss": .number(testLoss),
            "test_accuracy": .number(testAccuracy),
            "examples_per_second": .number(examplesPerSecond),
            "step_examples_per_second": .number(stepExamplesPerSecond),
            "elapsed_seconds": .number(elapsedSeconds),
            "remaining_seconds": .number(remainingSeconds),
        ]
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
            "step_examples_per_second": .number(stepExamplesPerSecond),
            "elapsed_seconds": .number(elapsedSeconds),
            "peak_memory_bytes": .integer(peakMemoryBytes),
        ]
    }
}
