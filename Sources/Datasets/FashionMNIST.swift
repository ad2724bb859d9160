// What is known about Fashion-MNIST beforehand: its classes, its files' digests, and the package that brings them.

/// The data set of the book's experiments.
///
/// **Source**: Xiao, Rasul & Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
/// Algorithms*, 2017, table 1.
public enum FashionMNIST {
    /// Its name in experiments.
    public static let name = "fashion-mnist"
    /// The Debian package that brings it.
    public static let package = "dataset-fashion-mnist"
    /// Its classes in the order of their labels.
    public static let classNames = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]

    /// One of its files, for messages.
    static let exampleFile = "train-images-idx3-ubyte.gz"

    /// SHA-256 of each file, as Debian's package 0.0~git20200523 brings it and without its compression.
    static func digests(of role: FileRole) -> [String] {
        switch role {
        case .trainImages:
            [
                "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ]
        case .trainLabels:
            [
                "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ]
        case .testImages:
            [
                "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ]
        case .testLabels:
            [
                "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ]
        }
    }
}
