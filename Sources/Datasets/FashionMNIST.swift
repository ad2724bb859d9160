// Known facts about Fashion-MNIST: its classes, its files' checksums, and its Debian package.

internal import Experiments

/// The data set of the book's experiments.
///
/// **Source**: Xiao, Rasul & Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
/// Algorithms*, 2017, table 1.
package enum FashionMNIST {
    /// Name in experiments.
    package static let name = "fashion-mnist"
    /// The Debian package that contains it.
    package static let package = "dataset-fashion-mnist"
    /// The classes in the order of their labels.
    package static let classNames = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]

    /// Its facts, from the same table.
    static let facts = DatasetFacts(
        name: name, numClasses: classNames.count, classNames: classNames, trainExamples: 60_000, testExamples: 10_000,
        height: 28, width: 28)

    /// Returns class names for the data set with this checksum: Fashion-MNIST's own, or the labels for any other.
    package static func classNames(forDataWith checksum: String, classes: Int) -> [String] {
        checksum == self.checksum && classes == classNames.count ? classNames : (0..<classes).map(String.init)
    }

    private static let checksum = Dataset.checksum(
        of: [.trainImages, .trainLabels, .testImages, .testLabels].map(digest))

    /// The name of one of its files, for messages.
    static let exampleFile = "train-images-idx3-ubyte.gz"

    /// Returns the SHA-256 of a file without its compression, in which Debian's files and the authors' own differ.
    static func digest(of role: FileRole) -> String {
        switch role {
        case .trainImages: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        case .trainLabels: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        case .testImages: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
        case .testLabels: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
        }
    }
}
