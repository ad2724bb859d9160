// The layers that a network stands for, in order, each with its shapes and costs.

/// One layer of a network, with sizes for a single image.
package struct Layer: Sendable, Hashable {
    /// What a layer computes.
    package enum Kind: Sendable, Hashable {
        /// Convolution, stride 1, with bias and a fused ReLU.
        case convolution(inChannels: Int, outChannels: Int, kernel: Int, padding: Int)
        /// 2 × 2 max pooling, stride 2, on `channels` channels.
        case maxPool(channels: Int)
        /// `[C, H, W] → [C·H·W]`.
        case flatten
        /// Fully connected with bias; `relu` on all but the last.
        case linear(inFeatures: Int, outFeatures: Int, relu: Bool)
        /// Zeroes values with this probability in training and scales the rest by 1 / (1 − p).
        case dropout(probability: Double)
    }

    /// What it computes.
    package let kind: Kind
    /// The block that it belongs to, from 1; `nil` in the classifier.
    package let block: Int?
    /// Shape of what goes in, without the batch: `[C, H, W]` or `[features]`.
    package let inputShape: [Int]
    /// Shape of what comes out, without the batch.
    package let outputShape: [Int]
    /// torchvision's name for the layer's tensors, such as `features.3`; `nil` without parameters.
    package let name: String?

    /// Weights and biases.
    package var parameters: Int {
        switch kind {
        case .convolution(let inChannels, let outChannels, let kernel, _):
            outChannels * (inChannels * kernel * kernel + 1)
        case .linear(let inFeatures, let outFeatures, _):
            outFeatures * (inFeatures + 1)
        case .maxPool, .flatten, .dropout: 0
        }
    }

    /// Multiply-accumulates of one image's forward pass, biases not counted.
    package var forwardMACs: Int {
        switch kind {
        case .convolution(let inChannels, let outChannels, let kernel, _):
            outputShape[1] * outputShape[2] * outChannels * inChannels * kernel * kernel
        case .linear(let inFeatures, let outFeatures, _): inFeatures * outFeatures
        case .maxPool, .flatten, .dropout: 0
        }
    }
}

extension Network {
    /// Every layer, input side first.
    ///
    /// Shapes follow O = (I − K + 2P) / S + 1 for convolution (stride 1) and pooling (K = S = 2, P = 0).
    ///
    /// **Source**: Dumoulin & Visin, *A guide to convolution arithmetic for deep learning*, 2016, relationships 6 and 15.
    package var layers: [Layer] {
        var layers: [Layer] = []
        var shape = [inputChannels, inputSide, inputSide]
        func append(_ kind: Layer.Kind, block: Int? = nil, to outputShape: [Int], name: String? = nil) {
            layers.append(Layer(kind: kind, block: block, inputShape: shape, outputShape: outputShape, name: name))
            shape = outputShape
        }

        var index = 0  // torchvision counts convolutions, ReLUs and poolings alike
        for (number, block) in zip(1..., blocks) {
            for _ in 0..<block.numConvs {
                let kind = Layer.Kind.convolution(
                    inChannels: shape[0], outChannels: block.outChannels, kernel: kernel, padding: padding)
                let side = outputSide(of: shape[1], kernel: kernel, padding: padding, stride: 1)
                append(kind, block: number, to: [block.outChannels, side, side], name: "features.\(index)")
                index += 2
            }
            let side = outputSide(of: shape[1], kernel: 2, padding: 0, stride: 2)
            append(.maxPool(channels: shape[0]), block: number, to: [shape[0], side, side])
            index += 1
        }

        append(.flatten, to: [shape.reduce(1, *)])
        index = 0
        for width in classifier {
            let kind = Layer.Kind.linear(inFeatures: shape[0], outFeatures: width, relu: true)
            append(kind, to: [width], name: "classifier.\(index)")
            append(.dropout(probability: dropout), to: [width])
            index += 3
        }
        let kind = Layer.Kind.linear(inFeatures: shape[0], outFeatures: numClasses, relu: false)
        append(kind, to: [numClasses], name: "classifier.\(index)")
        return layers
    }

    /// Weights and biases of the whole network.
    package var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }

    /// Multiply-accumulates of one image's forward pass.
    package var forwardMACs: Int { layers.reduce(0) { $0 + $1.forwardMACs } }

    /// Multiply-accumulates of one image's training step: forward, gradient of the weights, and gradient of the
    /// data in all but the first layer, whose input needs none.
    package var trainingMACs: Int { 3 * forwardMACs - (layers.first?.forwardMACs ?? 0) }
}

/// O = (I − K + 2P) / S + 1, rounded down.
func outputSide(of side: Int, kernel: Int, padding: Int, stride: Int) -> Int {
    (side - kernel + 2 * padding) / stride + 1
}
