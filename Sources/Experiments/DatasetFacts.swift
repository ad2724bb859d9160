// What is known of a data set without its images: enough to build a network for it and to predict what training costs.

/// How many images a data set holds, of which size and in how many classes.
package struct DatasetFacts: Sendable, Hashable, Codable {
    /// Its name in experiments.
    package var name: String
    /// Classes to tell apart.
    package var numClasses: Int
    /// A name for each class; `nil` where only the labels are known.
    package var classNames: [String]?
    /// Training images, before any limit.
    package var trainExamples: Int
    /// Test images, before any limit.
    package var testExamples: Int
    /// Height of an image in pixels; `nil` in what runs of version 0.1.0 recorded.
    package var height: Int?
    /// Width of an image in pixels; `nil` in what runs of version 0.1.0 recorded.
    package var width: Int?

    /// - Parameters:
    ///   - name: its name in experiments.
    ///   - numClasses: classes to tell apart.
    ///   - classNames: a name for each class.
    ///   - trainExamples: training images, before any limit.
    ///   - testExamples: test images, before any limit.
    ///   - height: height of an image in pixels.
    ///   - width: width of an image in pixels.
    package init(
        name: String, numClasses: Int, classNames: [String]? = nil, trainExamples: Int, testExamples: Int,
        height: Int? = nil, width: Int? = nil
    ) {
        self.name = name
        self.numClasses = numClasses
        self.classNames = classNames
        self.trainExamples = trainExamples
        self.testExamples = testExamples
        self.height = height
        self.width = width
    }

    /// Bytes that it takes in memory: one a pixel and one a label; `nil` where the images' size is not known.
    package var storedBytes: Int? {
        guard let height, let width else { return nil }
        return (trainExamples + testExamples) * (height * width + 1)
    }

    /// Whether its images are square, as far as is known.
    package var isSquare: Bool { height == width }

    enum CodingKeys: String, CodingKey {
        case name, height, width
        case numClasses = "num_classes"
        case classNames = "class_names"
        case trainExamples = "train_examples"
        case testExamples = "test_examples"
    }
}
