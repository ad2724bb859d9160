// Initial weights, drawn in row-major order so that they do not depend on layouts, threads or machine.

internal import Experiments
internal import Model

/// The distribution of initial values, with mean 0.
enum Spread {
    case uniform(bound: Float)
    case normal(deviation: Double)
}

extension NetworkModel {
    /// Draws weights and biases from the recipe's distribution. Both fans count all R² positions of a kernel.
    ///
    /// **Source**: Glorot & Bengio, 2010, equation 16; He et al., *Delving Deep into Rectifiers*, 2015, equation 10; PyTorch
    /// documentation of `torch.nn.Conv2d` and `torch.nn.Linear`.
    func initializeParameters() throws(ModelError) {
        let named = layers.filter { $0.name != nil }
        for (stream, parameter) in parameters.enumerated() {
            if named[stream / 2].batchNorm != nil {
                // Scales are 1, shifts are 0.
                let values = [Float](repeating: stream.isMultiple(of: 2) ? 1 : 0, count: parameter.count)
                try values.withUnsafeBufferPointer { values throws(ModelError) in
                    try setValues(of: parameter, to: values)
                }
                continue
            }
            let weightShape = stream.isMultiple(of: 2) ? parameter.shape : parameters[stream - 1].shape
            let window = weightShape.dropFirst(2).reduce(1, *)
            let fanIn = weightShape[1] * window
            let fanOut = weightShape[0] * window
            let isBias = parameter.shape.count == 1
            let torch = 1 / Float(fanIn).squareRoot()
            let spread: Spread =
                switch recipe.initialization {
                case .xavierUniform: .uniform(bound: isBias ? torch : (6 / Float(fanIn + fanOut)).squareRoot())
                case .pytorch: .uniform(bound: torch)
                case .kaimingNormal: .normal(deviation: isBias ? 0 : (2 / Double(fanIn)).squareRoot())
                case .normal: .normal(deviation: isBias ? 0 : recipe.initialDeviation)
                }
            // Dropout's streams start at a step shifted by 16 bits; initial weights use the streams before step 0.
            let random = CounterRandom(seed: recipe.seed, stream: UInt64.max - UInt64(stream))
            try draw(parameter, spread, random: random)
        }
    }
}
