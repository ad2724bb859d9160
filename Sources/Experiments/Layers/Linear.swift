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
