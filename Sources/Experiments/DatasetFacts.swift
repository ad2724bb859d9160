// The facts of a data set without its images: enough to build a network for it and to predict training costs.

/// The number, size and classes of a data set's images.
package struct DatasetFacts: Sendable, Hashable, Codable {
    /// Name in experiments.
    package var name: String
    /// Number of classes.
    package var numClasses: Int
    /// Names of the classes; `nil` if only the labels are known.
    package var classNames: [String]?
    /// Number of training images, before any limit.
    package var trainExamples: Int
    /// Number of test images, before any limit.
    package var testExamples: Int
    /// Height of an image in pixels; `nil` in records of version 0.1.0.
    package var height: Int?
    /// Width of an image in pixels; `nil` in records of version 0.1.0.
    package var width: Int?
    /// Channels of an image; `nil` for grey ones.
    package var channels: Int?
    /// Mean and standard deviation of the training pixels of a run that normalizes its images.
    package var normalization: Normalization?

    /// - Parameters:
    ///   - name: name in experiments.
    ///   - numClasses: number of classes.
    ///   - classNames: names of the classes.
    ///   - trainExamples: number of training images, before any limit.
    ///   - testExamples: number of test images, before any limit.
    ///   - height: height of an image in pixels.
    ///   - width: width of an image in pixels.
    ///   - channels: 1 for grey images, 3 for colour images.
    package init(
        name: String, numClasses: Int, classNames: [String]? = nil, trainExamples: Int, testExamples: Int,
        height: Int? = nil, width: Int? = nil, channels: Int? = nil
    ) {
        self.name = name
        self.numClasses = numClasses
        self.classNames = classNames
        self.trainExamples = trainExamples
        self.testExamples = testExamples
        self.height = height
        self.width = width
        self.channels = channels == 1 ? nil : channels
    }

    /// Size in memory in bytes: one per pixel and one per label; `nil` if the size of the images is unknown.
    package var storedBytes: Int? {
        guard let height, let width else { return nil }
        return (trainExamples + testExamples) * (height * width * numChannels + 1)
    }

    /// Channels of an image.
    package var numChannels: Int { channels ?? 1 }

    /// Whether the images are square, as far as is known.
    package var isSquare: Bool { height == width }

    enum CodingKeys: String, CodingKey {
        case name, height, width, channels, normalization
        case numClasses = "num_classes"
        case classNames = "class_names"
        case trainExamples = "train_examples"
        case testExamples = "test_examples"
    }
}
