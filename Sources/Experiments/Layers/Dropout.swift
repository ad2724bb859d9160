/// In training, sets values to zero with this probability and scales the others by 1 / (1 − p).
package struct Dropout: LayerKind {
    package static let name = "dropout"
    package static let label = "dropout"

    /// From 0 up to, but not including, 1.
    package let probability: Double

    package init(probability: Double) { self.probability = probability }

    package func outputShape(of inputShape: [Int]) -> [Int]? { (0..<1).contains(probability) ? inputShape : nil }

    package func misfit(with inputShape: [Int]) -> String {
        "has the probability \(probability); use one from 0 up to, but not including, 1"
    }

    /// The backward pass reads the pattern from the output.
    package var keepsOutput: Bool { false }

    /// `0.5`.
    package func detail(inputShape: [Int]) -> String { "\(probability)" }
}

extension Layer {
    package var dropout: Dropout? { if case .dropout(let dropout) = kind { dropout } else { nil } }
}
