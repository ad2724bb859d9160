/// Batch normalization of each channel over images and positions, with a learned scale and shift.
///
/// **Source**: Ioffe & Szegedy, *Batch Normalization*, 2015; PyTorch documentation of `torch.nn.BatchNorm2d`.
package struct BatchNorm: LayerKind {
    package static let name = "batch_norm"
    package static let label = "batch norm"
    /// Added to the variance for numerical stability.
    package static let epsilon = 1e-5
    /// Weight of a batch's statistics in the running statistics.
    package static let momentum = 0.1

    package let channels: Int
    package let activation: Activation?

    package init(channels: Int, activation: Activation? = nil) {
        self.channels = channels
        self.activation = activation
    }

    package func outputShape(of inputShape: [Int]) -> [Int]? { inputShape.first == channels ? inputShape : nil }

    /// `[C]`.
    package var weightsShape: [Int]? { [channels] }
    package func forwardMACs(outputShape: [Int]) -> Int { 0 }

    package func fusing(_ activation: Activation) -> Layer.Kind? {
        self.activation == nil ? .batchNorm(BatchNorm(channels: channels, activation: activation)) : nil
    }

    /// `64 channels, ReLU`.
    package func detail(inputShape: [Int]) -> String {
        "\(channels) \(inputShape.count == 3 ? "channels" : "features")" + (activation.map { ", \($0.label)" } ?? "")
    }
}

extension Layer {
    package var batchNorm: BatchNorm? { if case .batchNorm(let norm) = kind { norm } else { nil } }
}
