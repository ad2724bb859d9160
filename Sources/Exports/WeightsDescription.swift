// The input and output of trained weights: as sentences for users, and as values for programs.

package import Experiments
internal import RunLog

/// Describes trained weights in ONNX's `metadata_props` and doc strings and in safetensors' `__metadata__`.
package struct WeightsDescription: Sendable {
    /// Values by key; lists are JSON.
    package let metadata: [String: String]
    /// The input, as a sentence.
    let input: String
    /// The output, as a sentence.
    let output: String
    /// What is done to the input first, if anything.
    let normalization: Normalization?

    /// - Parameters:
    ///   - experiment: the trained experiment.
    ///   - network: its network.
    ///   - normalization: mean and deviation of the pixels, if the run normalized them.
    ///   - classNames: names of the classes, in the order of the labels.
    ///   - dataChecksum: SHA-256 of the training data.
    ///   - step: number of steps that the weights were trained for.
    package init(
        _ experiment: Experiment, network: Network, normalization: Normalization? = nil, classNames: [String],
        dataChecksum: String, step: Int
    ) {
        self.normalization = normalization
        let (channels, side) = (network.inputChannels, network.inputSide)
        let kind = channels == 3 ? "red, green and blue of images" : "grey images"
        let resize = "torchvision.transforms.Resize((\(side), \(side)))"
        input =
            "float32 [batch, \(channels), \(side), \(side)]: \(kind), resized with bilinear interpolation and "
            + "antialiasing as by \(resize) on a Pillow image, then divided by 255: 0 is black, 1 is white"
            + (normalization == nil
                ? "" : "; the weights expect (pixel - mean) / std of each channel, which an ONNX model computes itself")
        output =
            "float32 [batch, \(network.numClasses)]: a logit for each class of \(experiment.data.dataset); the largest "
            + "is the prediction"
        var metadata = [
            "experiment": experiment.name, "step": "\(step)", "input": input, "output": output, "range": "[0, 1]",
            "resize": resize, "channels": "\(channels)", "side": "\(side)", "classes": "\(network.numClasses)",
            "class_names": JSON.array(classNames.map(JSON.string)).text, "dataset": experiment.data.dataset,
            "data_sha256": dataChecksum,
        ]
        if let normalization {
            metadata["mean"] = JSON.array(normalization.means.map(JSON.number)).text
            metadata["std"] = JSON.array(normalization.deviations.map(JSON.number)).text
        }
        if experiment.network.layers == nil {
            let blocks = network.blocks.map { block in
                let convolutions = block.compactMap(\.convolution)
                return JSON.integers([convolutions.count, convolutions.last?.outChannels ?? 0])
            }
            metadata["blocks"] = JSON.array(blocks).text
            metadata["kernel"] = "\(experiment.network.kernel)"
            metadata["classifier"] = JSON.integers(experiment.network.classifier).text
        } else {
            let layers = network.layers.map { JSON.string("\($0.label) \($0.detail)") }
            metadata["layers"] = JSON.array(layers).text
        }
        self.metadata = metadata
    }
}
