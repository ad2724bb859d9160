extension [LayerRecipe] {
    /// AlexNet for images of 224 × 224, on one device and without local response normalization.
    ///
    /// **Source**: Zhang et al., *Dive into Deep Learning*, section 8.1, after Krizhevsky, Sutskever & Hinton, *ImageNet
    /// Classification with Deep Convolutional Neural Networks*, 2012.
    package static var alexNet: [LayerRecipe] {
        let relu = LayerRecipe.activation(.relu)
        let pool = LayerRecipe.pooling(.max, kernel: 3, stride: 2)
        let convolutions: [LayerRecipe] = [
            .convolution(channels: .count(96), kernel: 11, stride: 4, padding: 1), relu, pool,
            .convolution(channels: .count(256), kernel: 5, padding: 2), relu, pool,
            .convolution(channels: .count(384), kernel: 3, padding: 1), relu,
            .convolution(channels: .count(384), kernel: 3, padding: 1), relu,
            .convolution(channels: .count(256), kernel: 3, padding: 1), relu, pool,
        ]
        return convolutions + [
            .flatten, .linear(.count(4096)), relu, .dropout(0.5), .linear(.count(4096)), relu, .dropout(0.5),
            .linear(.classes),
        ]
    }
}
