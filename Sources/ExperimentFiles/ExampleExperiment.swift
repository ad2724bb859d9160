// The files of the folder experiments, built into the program so that they are always available.

internal import Glibc
package import Experiments

/// A built-in experiment.
package struct ExampleExperiment: Sendable {
    /// Its name.
    package let name: String
    /// Its file in the folder of experiments: `NAME.yaml`, of the book's in the folder `book`.
    package let file: String
    /// The content of its file.
    package let yaml: String

    private init(_ name: String, _ content: [UInt8], folder: String = "") {
        self.name = name
        file = "\(folder)\(name).yaml"
        yaml = String(decoding: content, as: UTF8.self)
    }

    /// All built-in experiments, in the order in which a folder lists them.
    package static let all = [
        ExampleExperiment("quickstart", PackageResources.quickstart_yaml),
        ExampleExperiment("vgg11", PackageResources.vgg11_yaml),
        ExampleExperiment("vgg11-ratio2", PackageResources.vgg11_ratio2_yaml),
        ExampleExperiment("vgg11-ratio4", PackageResources.vgg11_ratio4_yaml),
        ExampleExperiment("vgg11-ratio4-lr0.01", PackageResources.vgg11_ratio4_lr0_01_yaml),
        ExampleExperiment("vgg11-ratio4-lr0.1", PackageResources.vgg11_ratio4_lr0_1_yaml),
        ExampleExperiment("vgg11-ratio4-side96", PackageResources.vgg11_ratio4_side96_yaml),
        ExampleExperiment("vgg11-ratio8", PackageResources.vgg11_ratio8_yaml),
        ExampleExperiment("vgg11-ratio16", PackageResources.vgg11_ratio16_yaml),
        ExampleExperiment("vgg13-ratio4", PackageResources.vgg13_ratio4_yaml),
        ExampleExperiment("vgg16-ratio4", PackageResources.vgg16_ratio4_yaml),
        ExampleExperiment("vgg19-ratio4", PackageResources.vgg19_ratio4_yaml),
        ExampleExperiment("book-lenet", PackageResources.book_lenet_yaml, folder: "book/"),
        ExampleExperiment("book-lenet-bn", PackageResources.book_lenet_bn_yaml, folder: "book/"),
        ExampleExperiment("book-alexnet", PackageResources.book_alexnet_yaml, folder: "book/"),
        ExampleExperiment("book-vgg11", PackageResources.book_vgg11_yaml, folder: "book/"),
    ]

    /// Returns the built-in experiment with this name, if there is one.
    package static func named(_ name: String) -> ExampleExperiment? { all.first { $0.name == name } }
}

extension ExperimentFile {
    /// Reads an experiment file, or returns the built-in experiment with this name if there is no such file.
    ///
    /// - Parameter overrides: `key=value` each, as for a file.
    /// - Throws: `ExperimentFileError` with the place of the first problem.
    package static func load(
        fileOrExample name: String, overrides: [String] = []
    ) throws(ExperimentFileError) -> Experiment {
        if access(name, F_OK) != 0, let example = ExampleExperiment.named(name) {
            return try parse(example.yaml, path: name, overrides: overrides)
        }
        return try load(name, overrides: overrides)
    }
}
