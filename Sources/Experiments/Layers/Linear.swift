/// Fully connected with bias.
package struct Linear: LayerKind {
    package static let name = "linear"
    package static let label = "linear"

    package let inFeatures: Int
    package let outFeatures: Int
    package let activation: Activation?

    package init(inFeatures: Int, outFeatures: Int, activation: Activation? = nil) {
        self.inFeatures = inFeatures
        self.outFeatures = outFeatures
        self.activation = activation
    }

    package func outputShape(of inputShape: [Int]) -> [Int]? { inputShape == [inFeatures] ? [outFeatures] : nil }
    package func misfit(with inputShape: [Int]) -> String {
        "takes features, and its input is images of \(inputShape.map(String.init).joined(separator: " × ")); put flatten "
            + "before it"
    }

    package func fusing(_ activation: Activation) -> Layer.Kind? {
        guard self.activation == nil else { return nil }
        return .linear(Linear(inFeatures: inFeatures, outFeatures: outFeatures, activation: activation))
    }

    /// `[out, in]`.
    package var weightsShape: [Int]? { [outFeatures, inFeatures] }

    /// `4096 → 10`.
    package func detail(inputShape: [Int]) -> String {
        "\(inFeatures) → \(outFeatures)\(activation.map { ", \($0.label)" } ?? "")"
    }
}

extension Layer {
    package var linear: Linear? { if case .linear(let linear) = kind { linear } else { nil } }
}
