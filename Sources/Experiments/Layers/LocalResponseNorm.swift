/// Local response normalization across channels: b = a / (k + α / n Σ a²)^β, summed over n neighbouring channels.
///
/// **Source**: Krizhevsky, Sutskever & Hinton, *ImageNet Classification with Deep Convolutional Neural Networks*, 2012,
/// section 3.3; PyTorch documentation of `torch.nn.LocalResponseNorm`.
package struct LocalResponseNorm: LayerKind {
    package static let name = "local_response_norm"
    package static let label = "lrn"

    /// n, the number of channels in a sum; odd, at least 3: oneDNN 2.6 and 3.2 crash with 1.
    package let size: Int
    package let alpha: Double
    package let beta: Double
    package let k: Double

    package init(size: Int = 5, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 2) {
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
    }

    package func outputShape(of inputShape: [Int]) -> [Int]? {
        inputShape.count == 3 && size >= 3 && !size.isMultiple(of: 2) ? inputShape : nil
    }

    package func misfit(with inputShape: [Int]) -> String {
        if inputShape.count != 3 { return imagesMisfit }
        return size < 3
            ? "has a size of \(size); use at least 3"
            : "has a size of \(size), which has no middle; use an odd one such as 5"
    }

    /// `size 5`.
    package func detail(inputShape: [Int]) -> String { "size \(size)" }
}

extension Layer {
    package var localResponseNorm: LocalResponseNorm? {
        if case .localResponseNorm(let norm) = kind { norm } else { nil }
    }
}
