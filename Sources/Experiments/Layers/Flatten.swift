/// `[C, H, W] → [C·H·W]`, between the convolutional part and the classifier.
package struct Flatten: LayerKind {
    package static let name = "flatten"
    package static let label = "flatten"

    package func outputShape(of inputShape: [Int]) -> [Int]? { [inputShape.reduce(1, *)] }
    /// torchvision calls a function.
    package var moduleCount: Int { 0 }

    /// `512 × 7 × 7`.
    package func detail(inputShape: [Int]) -> String { inputShape.map(String.init).joined(separator: " × ") }
}

extension Layer {
    package var isFlatten: Bool { if case .flatten = kind { true } else { false } }
}
