/// Fully connected with bias, and ReLU but for the last.
package struct Linear: LayerKind {
    package static let name = "linear"
    package static let label = "linear"

    package let inFeatures: Int
    package let outFeatures: Int
    package let hasReLU: Bool

    package init(inFeatures: Int, outFeatures: Int, hasReLU: Bool) {
        self.inFeatures = inFeatures
        self.outFeatures = outFeatures
        self.hasReLU = hasReLU
    }

    package func outputShape(of inputShape: [Int]) -> [Int]? { inputShape == [inFeatures] ? [outFeatures] : nil }
    /// `[out, in]`.
    package var weightsShape: [Int]? { [outFeatures, inFeatures] }
    package var moduleCount: Int { hasReLU ? 2 : 1 }

    /// `4096 → 10`.
    package func detail(inputShape: [Int]) -> String { "\(inFeatures) → \(outFeatures)\(hasReLU ? ", ReLU" : "")" }
}

extension Layer {
    package var linear: Linear? { if case .linear(let linear) = kind { linear } else { nil } }
}
