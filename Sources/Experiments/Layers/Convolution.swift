/// Convolution with bias.
package struct Convolution: LayerKind {
    package static let name = "convolution"
    package static let label = "conv"

    package let inChannels: Int
    package let outChannels: Int
    /// Height and width of the kernel.
    package let kernel: Int
    /// Step of the kernel in rows and columns.
    package let stride: Int
    /// Rows and columns of zeros added on each side of an image.
    package let padding: Int
    package let activation: Activation?

    package init(
        inChannels: Int, outChannels: Int, kernel: Int, stride: Int = 1, padding: Int, activation: Activation? = .relu
    ) {
        self.inChannels = inChannels
        self.outChannels = outChannels
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.activation = activation
    }

    package func outputShape(of inputShape: [Int]) -> [Int]? {
        guard inputShape.count == 3, inputShape[0] == inChannels,
            let height = outputSide(of: inputShape[1], kernel: kernel, padding: padding, stride: stride),
            let width = outputSide(of: inputShape[2], kernel: kernel, padding: padding, stride: stride)
        else { return nil }
        return [outChannels, height, width]
    }

    package func misfit(with inputShape: [Int]) -> String {
        inputShape.count == 3 ? windowMisfit(kernel: kernel, inputShape: inputShape) : imagesMisfit
    }

    /// `[O, I, R, R]`.
    package var weightsShape: [Int]? { [outChannels, inChannels, kernel, kernel] }

    package func fusing(_ activation: Activation) -> Layer.Kind? {
        guard self.activation == nil else { return nil }
        return .convolution(
            Convolution(
                inChannels: inChannels, outChannels: outChannels, kernel: kernel, stride: stride, padding: padding,
                activation: activation))
    }

    /// `3×3 → 64 channels`, with the stride unless it is 1 and the activation unless it is ReLU.
    package func detail(inputShape: [Int]) -> String {
        "\(kernel)×\(kernel) → \(outChannels) channels" + (stride == 1 ? "" : ", stride \(stride)")
            + (activation == .relu ? "" : ", \(activation?.label ?? "no activation")")
    }
}

extension Layer {
    package var convolution: Convolution? { if case .convolution(let convolution) = kind { convolution } else { nil } }
}
