/// Convolution, stride 1, with bias and ReLU.
package struct Convolution: LayerKind {
    package static let name = "convolution"
    package static let label = "conv"

    package let inChannels: Int
    package let outChannels: Int
    /// Height and width of the window.
    package let kernel: Int
    /// Rows and columns of zeros around an image, the same on each side.
    package let padding: Int

    package init(inChannels: Int, outChannels: Int, kernel: Int, padding: Int) {
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernel = kernel
        self.padding = padding
    }

    package func outputShape(of inputShape: [Int]) -> [Int]? {
        guard inputShape.count == 3, inputShape[0] == inChannels,
            let height = outputSide(of: inputShape[1], kernel: kernel, padding: padding, stride: 1),
            let width = outputSide(of: inputShape[2], kernel: kernel, padding: padding, stride: 1)
        else { return nil }
        return [outChannels, height, width]
    }

    /// `[O, I, R, R]`.
    package var weightsShape: [Int]? { [outChannels, inChannels, kernel, kernel] }
    package var hasReLU: Bool { true }
    /// Convolution and ReLU.
    package var moduleCount: Int { 2 }

    /// `3×3 → 64 channels`.
    package func detail(inputShape: [Int]) -> String { "\(kernel)×\(kernel) → \(outChannels) channels" }
}

extension Layer {
    package var convolution: Convolution? { if case .convolution(let convolution) = kind { convolution } else { nil } }
}
