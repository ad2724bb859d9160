/// The activation function of a layer.
package enum Activation: String, Sendable, Hashable, CaseIterable {
    case relu
    /// Slope 0.01 for negative values.
    case leakyReLU = "leaky_relu"
    case sigmoid
    case tanh
    /// Exact, with the error function.
    case gelu
    case silu

    /// Its name in tables.
    package var label: String {
        switch self {
        case .relu: "ReLU"
        case .leakyReLU: "leaky ReLU"
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        case .gelu: "GELU"
        case .silu: "SiLU"
        }
    }
}

/// An activation that is a layer of its own, because the layer before it cannot apply it.
package struct ActivationLayer: LayerKind {
    package static let name = "activation"
    package static let label = "activation"

    package let activation: Activation?

    package init(_ activation: Activation) { self.activation = activation }

    package func outputShape(of inputShape: [Int]) -> [Int]? { inputShape }
    package var moduleCount: Int { 1 }

    /// `tanh`.
    package func detail(inputShape: [Int]) -> String { activation?.label ?? "" }
}

extension Layer {
    package var isActivation: Bool { if case .activation = kind { true } else { false } }
}
