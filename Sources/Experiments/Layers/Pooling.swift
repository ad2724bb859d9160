/// The maximum or mean of each window.
package struct Pooling: LayerKind {
    package enum Operation: String, Sendable, Hashable, CaseIterable {
        case max
        /// Padding counts as zeros.
        case average = "avg"
    }

    package static let name = "max_pool"
    package static let label = "pool"

    package let operation: Operation
    /// Height and width of the window.
    package let kernel: Int
    /// Step of the window in rows and columns.
    package let stride: Int
    /// Rows and columns added on each side of an image; they are never the maximum.
    package let padding: Int

    /// Maximum kernel size of max pooling: the engine stores the position of each maximum in one byte, and one value of
    /// that byte means none.
    package static let maxKernel = 15

    /// By default 2 × 2 with stride 2.
    package init(_ operation: Operation = .max, kernel: Int = 2, stride: Int? = nil, padding: Int = 0) {
        self.operation = operation
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
    }

    package var name: String { "\(operation.rawValue)_pool" }
    package var label: String { operation == .max ? "pool" : "avg pool" }

    /// Only whole windows count.
    package func outputShape(of inputShape: [Int]) -> [Int]? {
        guard inputShape.count == 3, padding <= kernel / 2, !isTooLarge,
            let height = outputSide(of: inputShape[1], kernel: kernel, padding: padding, stride: stride),
            let width = outputSide(of: inputShape[2], kernel: kernel, padding: padding, stride: stride)
        else { return nil }
        return [inputShape[0], height, width]
    }

    private var isTooLarge: Bool { operation == .max && kernel > Self.maxKernel }

    package func misfit(with inputShape: [Int]) -> String {
        if isTooLarge {
            return "has a window of \(kernel)×\(kernel); use at most \(Self.maxKernel)×\(Self.maxKernel)"
        }
        if padding > kernel / 2 {
            return "has a padding of \(padding), more than half of its window of \(kernel)×\(kernel); use at most "
                + "\(kernel / 2)"
        }
        return inputShape.count == 3 ? windowMisfit(kernel: kernel, inputShape: inputShape) : imagesMisfit
    }

    /// `2×2, 64 channels`.
    package func detail(inputShape: [Int]) -> String {
        "\(kernel)×\(kernel)" + (stride == kernel ? "" : ", stride \(stride)") + ", \(inputShape[0]) channels"
    }
}

/// The mean of each channel: `[C, H, W] → [C, 1, 1]`.
package struct GlobalAveragePool: LayerKind {
    package static let name = "global_avg_pool"
    package static let label = "global pool"

    package func outputShape(of inputShape: [Int]) -> [Int]? {
        inputShape.count == 3 ? [inputShape[0], 1, 1] : nil
    }

    /// `512 channels`.
    package func detail(inputShape: [Int]) -> String { "\(inputShape[0]) channels" }
}

extension Layer {
    package var pooling: Pooling? { if case .pooling(let pooling) = kind { pooling } else { nil } }
    package var isGlobalAveragePool: Bool { if case .globalAveragePool = kind { true } else { false } }
    /// Whether it is VGG's 2 × 2 max pooling, which the engine computes in one pass with the preceding ReLU.
    package var isHalving: Bool { pooling == Pooling() }
}
