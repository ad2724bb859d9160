/// `[C, H, W] → [C·H·W]`, between the convolutional part and the classifier.
package struct Flatten: LayerKind {
    package static let name = "flatten"
    package static let label = "flatten"

    package func outputShape(of inputShape: [Int]) -> [Int]? {
        inputShape.count == 3 ? [inputShape.reduce(1, *)] : nil
    }

    package func misfit(with inputShape: [Int]) -> String { "flattens what is flat already; leave one of them out" }

    package var keepsOutput: Bool { false }
    /// In torchvision, it is a function and not a module.
    package var moduleCount: Int { 0 }

    /// `512 × 7 × 7`.
    package func detail(inputShape: [Int]) -> String { inputShape.map(String.init).joined(separator: " × ") }
}

extension Layer {
    package var isFlatten: Bool { if case .flatten = kind { true } else { false } }
}
