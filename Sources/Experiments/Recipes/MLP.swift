extension [LayerRecipe] {
    /// A multilayer perceptron with one hidden layer of 256 features.
    ///
    /// **Source**: Zhang et al., *Dive into Deep Learning*, section 5.2.
    package static var mlp: [LayerRecipe] {
        [.flatten, .linear(.count(256)), .activation(.relu), .linear(.classes)]
    }
}
