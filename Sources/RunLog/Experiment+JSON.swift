// An experiment in JSON, with the keys of the experiment files.

package import Experiments

extension Experiment {
    /// The experiment with the keys of the experiment files, every default filled in. A variant has its blocks, too.
    package var json: JSON {
        [
            "name": .string(name),
            "description": .string(description),
            "network": [
                "variant": network.variant.map { .string($0.rawValue) } ?? .null,
                "blocks": .array(network.blocks.map { .integers([$0.numConvs, $0.outChannels]) }),
                "ratio": .integer(network.ratio),
                "kernel": .integer(network.kernel),
                "classifier": .integers(network.classifier),
                "dropout": .number(network.dropout),
                "weights": network.weights.map(JSON.string) ?? .null,
            ],
            "data": [
                "dataset": .string(data.dataset),
                "resize": .integer(data.resize),
                "batch_size": .integer(data.batchSize),
                "shuffle": .bool(data.shuffle),
                "limit_train": .optional(data.limitTrain),
                "limit_test": .optional(data.limitTest),
                "sampling": .string(data.sampling.rawValue),
            ],
            "training": [
                "optimizer": .string(training.optimizer.rawValue),
                "lr": .number(training.learningRate),
                "momentum": .number(training.momentum),
                "weight_decay": .number(training.weightDecay),
                "epochs": .integer(training.epochs),
                "seed": .unsigned(training.seed),
                "precision": .string(training.precision.rawValue),
            ],
            "engine": [
                "convolution": .string(engine.convolution.rawValue),
                "chunk": .optional(engine.chunk),
            ],
            "checkpoint": [
                "every_epochs": .optional(checkpoint.everyEpochs),
                "every_minutes": .optional(checkpoint.everyMinutes),
                "every_steps": .optional(checkpoint.everySteps),
            ],
        ]
    }
}
