extension [LayerRecipe] {
    /// LeNet for images of 28 × 28, with sigmoids and average pooling.
    ///
    /// **Source**: Zhang et al., *Dive into Deep Learning*, section 7.6, after LeCun et al., *Gradient-Based Learning
    /// Applied to Document Recognition*, 1998.
    package static var leNet: [LayerRecipe] { leNet(firstPadding: 2, norm: []) }

    /// LeNet with batch normalization after each convolution and hidden linear layer, and no padding in its first
    /// convolution.
    ///
    /// **Source**: Zhang et al., *Dive into Deep Learning*, section 8.5.
    package static var leNetBatchNorm: [LayerRecipe] { leNet(firstPadding: 0, norm: [.batchNorm]) }

    private static func leNet(firstPadding: Int, norm: [LayerRecipe]) -> [LayerRecipe] {
        let sigmoid = norm + [.activation(.sigmoid)]
        let convolutions: [LayerRecipe] =
            [.convolution(channels: .count(6), kernel: 5, padding: firstPadding)] + sigmoid + [.pooling(.average)]
            + [.convolution(channels: .count(16), kernel: 5)] + sigmoid + [.pooling(.average)]
        return convolutions + [.flatten, .linear(.count(120))] + sigmoid + [.linear(.count(84))] + sigmoid
            + [.linear(.classes)]
    }
}
