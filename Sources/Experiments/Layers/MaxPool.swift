/// 2 × 2 max pooling, stride 2.
package struct MaxPool: LayerKind {
    package static let name = "max_pool"
    package static let label = "pool"

    /// Half the side, rounded down.
    package func outputShape(of inputShape: [Int]) -> [Int]? {
        guard inputShape.count == 3,
            let height = outputSide(of: inputShape[1], kernel: 2, padding: 0, stride: 2),
            let width = outputSide(of: inputShape[2], kernel: 2, padding: 0, stride: 2)
        else { return nil }
        return [inputShape[0], height, width]
    }

    /// `2×2, 64 channels`.
    package func detail(inputShape: [Int]) -> String { "2×2, \(inputShape[0]) channels" }
}

extension Layer {
    package var isPooling: Bool { if case .maxPool = kind { true } else { false } }
}
