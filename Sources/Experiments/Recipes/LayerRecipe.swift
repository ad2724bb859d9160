// Layers as listed in a file, before sizes and classes are known, and the network built from them.

/// A layer of a list; its input is the output of the previous one.
package enum LayerRecipe: Sendable, Hashable {
    /// Number of outputs of a layer.
    package enum Width: Sendable, Hashable {
        case count(Int)
        /// One per class of the data.
        case classes
    }

    case convolution(channels: Width, kernel: Int, stride: Int = 1, padding: Int = 0)
    case pooling(Pooling.Operation, kernel: Int = 2, stride: Int? = nil, padding: Int = 0)
    case globalAveragePool
    case batchNorm
    case localResponseNorm(size: Int = 5, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 2)
    case activation(Activation)
    case flatten
    case linear(Width)
    case dropout(Double)

    /// Returns the layer for an input of this shape.
    func kind(on inputShape: [Int], numClasses: Int) -> Layer.Kind {
        func count(_ width: Width) -> Int { if case .count(let count) = width { count } else { numClasses } }
        switch self {
        case .convolution(let channels, let kernel, let stride, let padding):
            return .convolution(
                Convolution(
                    inChannels: inputShape[0], outChannels: count(channels), kernel: kernel, stride: stride,
                    padding: padding, activation: nil))
        case .pooling(let operation, let kernel, let stride, let padding):
            return .pooling(Pooling(operation, kernel: kernel, stride: stride, padding: padding))
        case .globalAveragePool: return .globalAveragePool
        case .batchNorm: return .batchNorm(BatchNorm(channels: inputShape[0]))
        case .localResponseNorm(let size, let alpha, let beta, let k):
            return .localResponseNorm(LocalResponseNorm(size: size, alpha: alpha, beta: beta, k: k))
        case .activation(let activation): return .activation(ActivationLayer(activation))
        case .flatten: return .flatten
        case .linear(let width): return .linear(Linear(inFeatures: inputShape[0], outFeatures: count(width)))
        case .dropout(let probability): return .dropout(Dropout(probability: probability))
        }
    }
}

extension Layer.Kind {
    /// Its name in experiment files.
    var nameInFiles: String { if case .convolution = self { Convolution.label } else { facts.name } }
}

extension Network {
    /// Builds a network of layers, from images `[C, H, W]` to one logit per class.
    ///
    /// - Throws: `NetworkError` that says which layer does not fit, and why.
    package init(inputShape: [Int], _ recipes: [LayerRecipe], numClasses: Int) throws(NetworkError) {
        if numClasses < 2 { throw .tooFewClasses(numClasses) }
        if recipes.isEmpty { throw .noLayers }
        guard recipes.count <= 1000, numClasses <= 1_048_576, inputShape.allSatisfy({ $0 <= 16384 }) else {
            throw .tooLarge
        }
        var kinds: [(kind: Layer.Kind, block: Int?)] = []
        var shape = inputShape
        for (number, recipe) in zip(1..., recipes) {
            let kind = recipe.kind(on: shape, numClasses: numClasses)
            guard let outputShape = kind.facts.outputShape(of: shape), outputShape.allSatisfy({ $0 > 0 }) else {
                let misfit = kind.facts.misfit(with: shape)
                throw .layerMisfit(number: number, layer: kind.nameInFiles, reason: misfit)
            }
            kinds.append((kind, nil))
            shape = outputShape
        }
        guard shape == [numClasses] else { throw .noLogits(outputShape: shape, numClasses: numClasses) }
        try self.init(inputShape: inputShape, kinds)
    }
}
