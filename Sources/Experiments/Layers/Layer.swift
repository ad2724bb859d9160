// A layer of a network, and the facts that each kind of layer provides. Each kind has its own file in this folder.

/// The facts of a kind of layer with its settings.
package protocol LayerKind: Sendable, Hashable {
    /// Its name in JSON.
    static var name: String { get }
    /// Its name in tables.
    static var label: String { get }

    /// Returns the shape of the output for one image, or `nil` if the input does not fit.
    func outputShape(of inputShape: [Int]) -> [Int]?
    /// Returns why an input does not fit, and what would.
    func misfit(with inputShape: [Int]) -> String
    /// Shape of the weights, outputs first; there is one bias per output. `nil` without parameters.
    var weightsShape: [Int]? { get }
    /// The activation that is applied to the output; `nil` for none.
    var activation: Activation? { get }
    /// Returns the same layer with an activation, or `nil` if it already has one or cannot have one.
    func fusing(_ activation: Activation) -> Layer.Kind?
    /// Whether the backward pass reads the output and it has its own memory.
    var keepsOutput: Bool { get }
    /// Name and label, if they depend on the settings.
    var name: String { get }
    var label: String { get }
    /// Multiply-accumulates of one image's forward pass, without biases.
    func forwardMACs(outputShape: [Int]) -> Int
    /// Number of modules that torchvision counts for it, including its activation.
    var moduleCount: Int { get }
    /// Its sizes, for tables.
    func detail(inputShape: [Int]) -> String
}

extension LayerKind {
    package var weightsShape: [Int]? { nil }
    package var activation: Activation? { nil }
    package func fusing(_ activation: Activation) -> Layer.Kind? { nil }
    package var keepsOutput: Bool { true }
    package func misfit(with inputShape: [Int]) -> String { imagesMisfit }
    package var name: String { Self.name }
    package var label: String { Self.label }
    package var moduleCount: Int { activation == nil ? 1 : 2 }

    /// Each weight once per position of the output.
    package func forwardMACs(outputShape: [Int]) -> Int {
        weightsShape.map { outputShape.dropFirst().reduce($0.reduce(1, *), *) } ?? 0
    }
}

/// One layer of a network, with sizes for a single image.
package struct Layer: Sendable, Hashable {
    /// The kind of a layer.
    package enum Kind: Sendable, Hashable {
        case convolution(Convolution)
        case pooling(Pooling)
        case globalAveragePool
        case batchNorm(BatchNorm)
        case localResponseNorm(LocalResponseNorm)
        case activation(ActivationLayer)
        case flatten
        case linear(Linear)
        case dropout(Dropout)

        /// The facts of the kind.
        var facts: any LayerKind {
            switch self {
            case .convolution(let kind): kind
            case .pooling(let kind): kind
            case .globalAveragePool: GlobalAveragePool()
            case .batchNorm(let kind): kind
            case .localResponseNorm(let kind): kind
            case .activation(let kind): kind
            case .flatten: Flatten()
            case .linear(let kind): kind
            case .dropout(let kind): kind
            }
        }
    }

    package let kind: Kind
    /// Index of its block, from 1; `nil` in the classifier.
    package let block: Int?
    /// Shape of the input without the batch: `[C, H, W]` or `[features]`.
    package let inputShape: [Int]
    /// Shape of the output without the batch.
    package let outputShape: [Int]
    /// torchvision's name for the layer's tensors, such as `features.3`; `nil` without parameters.
    package let name: String?

    package var kindName: String { kind.facts.name }
    package var label: String { kind.facts.label }
    package var detail: String { kind.facts.detail(inputShape: inputShape) }
    /// `[O, I, R, R]`, `[out, in]` or `[C]`; `nil` without parameters.
    package var weightsShape: [Int]? { kind.facts.weightsShape }
    package var activation: Activation? { kind.facts.activation }

    /// Number of weights and biases.
    package var parameters: Int { weightsShape.map { $0.reduce(1, *) + $0[0] } ?? 0 }

    /// Multiply-accumulates of one image's forward pass, without biases.
    package var forwardMACs: Int { kind.facts.forwardMACs(outputShape: outputShape) }

    /// Values per image that a training step stores for the backward pass: the layer's output.
    package var activationsKept: Int { kind.facts.keepsOutput ? outputShape.reduce(1, *) : 0 }
}

/// O = (I − K + 2P) / S + 1, rounded down; `nil` if the kernel is larger than the image or smaller than 1.
///
/// **Source**: Dumoulin & Visin, *A guide to convolution arithmetic for deep learning*, 2016, relationships 6 and 15.
func outputSide(of side: Int, kernel: Int, padding: Int, stride: Int) -> Int? {
    guard side >= 1, kernel >= 1, padding >= 0, stride >= 1 else { return nil }
    let room = side - kernel + 2 * padding
    return room < 0 ? nil : room / stride + 1
}

/// Why a layer for images cannot follow a flattening.
let imagesMisfit = "takes images, and its input has been flattened; put it before flatten"

/// Why a kernel does not fit an image.
func windowMisfit(kernel: Int, inputShape: [Int]) -> String {
    "has a window of \(kernel)×\(kernel), larger than its input of \(inputShape[1])×\(inputShape[2]); use a smaller kernel, "
        + "more padding, larger images or fewer layers that shrink them"
}
