// A layer of a network, and what each kind of layer says of itself: a file a kind stands beside this one.

/// What a kind of layer knows, given its settings.
package protocol LayerKind: Sendable, Hashable {
    /// Its name in JSON.
    static var name: String { get }
    /// Its name in tables.
    static var label: String { get }

    /// The shape of the output for one image; `nil` for an input that it cannot take.
    func outputShape(of inputShape: [Int]) -> [Int]?
    /// Why it cannot take an input, and what would work.
    func misfit(with inputShape: [Int]) -> String
    /// Shape of its weights, outputs first; there is a bias for each output. `nil` without parameters.
    var weightsShape: [Int]? { get }
    /// What it does to each of its sums; `nil` where it leaves them.
    var activation: Activation? { get }
    /// The same layer with an activation; `nil` where it has one, or takes none.
    func fusing(_ activation: Activation) -> Layer.Kind?
    /// Whether its output is new memory that the backward pass reads.
    var keepsOutput: Bool { get }
    /// Its own name and label, where they depend on its settings.
    var name: String { get }
    var label: String { get }
    /// Multiply-accumulates of one image's forward pass, biases not counted.
    func forwardMACs(outputShape: [Int]) -> Int
    /// Modules that torchvision numbers for it, its activation among them.
    var moduleCount: Int { get }
    /// Its sizes in tables.
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

    /// Every weight once at each place of the output.
    package func forwardMACs(outputShape: [Int]) -> Int {
        weightsShape.map { outputShape.dropFirst().reduce($0.reduce(1, *), *) } ?? 0
    }
}

/// One layer of a network, with sizes for a single image.
package struct Layer: Sendable, Hashable {
    /// What a layer computes.
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

        /// What the kind says of itself.
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
    /// The block that it belongs to, from 1; `nil` in the classifier.
    package let block: Int?
    /// Shape of what goes in, without the batch: `[C, H, W]` or `[features]`.
    package let inputShape: [Int]
    /// Shape of what comes out, without the batch.
    package let outputShape: [Int]
    /// torchvision's name for the layer's tensors, such as `features.3`; `nil` without parameters.
    package let name: String?

    package var kindName: String { kind.facts.name }
    package var label: String { kind.facts.label }
    package var detail: String { kind.facts.detail(inputShape: inputShape) }
    /// `[O, I, R, R]`, `[out, in]` or `[C]`; `nil` without parameters.
    package var weightsShape: [Int]? { kind.facts.weightsShape }
    package var activation: Activation? { kind.facts.activation }

    /// Weights and biases.
    package var parameters: Int { weightsShape.map { $0.reduce(1, *) + $0[0] } ?? 0 }

    /// Multiply-accumulates of one image's forward pass, biases not counted.
    package var forwardMACs: Int { kind.facts.forwardMACs(outputShape: outputShape) }

    /// Values of one image that a training step keeps for the backward pass: the layer's output.
    package var activationsKept: Int { kind.facts.keepsOutput ? outputShape.reduce(1, *) : 0 }
}

/// O = (I − K + 2P) / S + 1, rounded down; `nil` where the window is larger than the image, or is none.
///
/// **Source**: Dumoulin & Visin, *A guide to convolution arithmetic for deep learning*, 2016, relationships 6 and 15.
func outputSide(of side: Int, kernel: Int, padding: Int, stride: Int) -> Int? {
    guard side >= 1, kernel >= 1, padding >= 0, stride >= 1 else { return nil }
    let room = side - kernel + 2 * padding
    return room < 0 ? nil : room / stride + 1
}

/// Why a layer of images cannot follow a flattening.
let imagesMisfit = "takes images, and its input has been flattened; put it before flatten"

/// Why a window does not fit an image.
func windowMisfit(kernel: Int, inputShape: [Int]) -> String {
    "has a window of \(kernel)×\(kernel), larger than its input of \(inputShape[1])×\(inputShape[2]); use a smaller kernel, "
        + "more padding, larger images or fewer layers that shrink them"
}
