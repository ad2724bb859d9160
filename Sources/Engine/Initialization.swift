// Initial weights, drawn in row-major order so that they do not depend on layouts, threads or machine.

internal import Experiments
internal import Model

extension NetworkModel {
    /// How initial weights are drawn, by name.
    package static let initialization = "Xavier uniform, biases uniform in ±1/√fan_in"

    /// Weights: Xavier-uniform, U(±√(6 / (fan_in + fan_out))). Biases: PyTorch's default, U(±1/√fan_in). A window's
    /// R² positions count in both fans.
    ///
    /// **Source**: Glorot & Bengio, 2010, equation 16; PyTorch documentation of `torch.nn.Conv2d` and `torch.nn.Linear`.
    func initializeParameters(seed: UInt64) throws(ModelError) {
        let named = layers.filter { $0.name != nil }
        for (stream, parameter) in parameters.enumerated() {
            if named[stream / 2].batchNorm != nil {
                // Scales of 1, shifts of 0.
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
            let bound = isBias ? 1 / Float(fanIn).squareRoot() : (6 / Float(fanIn + fanOut)).squareRoot()
            // Dropout's streams start at a step shifted by 16 bits; initial weights have those before step 0.
            let random = CounterRandom(seed: seed, stream: UInt64.max - UInt64(stream))
            try draw(parameter, bound: bound, random: random)
        }
    }
}
