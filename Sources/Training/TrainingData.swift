// The pictures of an experiment as the loop takes them: limited, ordered, resized and in batches.

public import Datasets
public import Engine
public import Experiments

/// Training and test pictures of one experiment.
public struct TrainingData: Sendable {
    /// What an epoch trains on.
    public let train: LabelledImages
    /// What is evaluated after an epoch.
    public let test: LabelledImages
    /// Classes to tell apart.
    public let numClasses: Int
    /// Name and place, for people.
    public let summary: String
    /// SHA-256 of the data set that they come from; empty for pictures from anywhere.
    public package(set) var checksum = ""
    /// What a person should know about where they come from; `nil` if nothing.
    public private(set) var remark: String?
    /// Bytes of the pictures and labels as they were loaded, before any limit.
    public private(set) var loadedBytes: Int
    let recipe: DataRecipe

    /// The pictures of `dataset` that the recipe asks for.
    public init(_ dataset: Dataset, recipe: DataRecipe) {
        self.init(
            train: dataset.train.prefix(recipe.limitTrain ?? dataset.train.count),
            test: dataset.test.prefix(recipe.limitTest ?? dataset.test.count), numClasses: dataset.numClasses,
            summary: "\(dataset.name) from \(dataset.folder)", recipe: recipe)
        loadedBytes = dataset.train.storedBytes + dataset.test.storedBytes
        checksum = dataset.checksum
        remark = dataset.remark
    }

    /// Pictures from anywhere.
    public init(
        train: LabelledImages, test: LabelledImages, numClasses: Int, summary: String, recipe: DataRecipe
    ) {
        self.train = train
        self.test = test
        self.numClasses = numClasses
        self.summary = summary
        self.recipe = recipe
        loadedBytes = train.storedBytes + test.storedBytes
    }

    /// A batch of black pictures, for measuring speed without any data.
    public static func blank(like recipe: DataRecipe) -> TrainingData {
        let images = LabelledImages(
            height: 28, width: 28, pixels: [UInt8](repeating: 0, count: recipe.batchSize * 784),
            labels: [UInt8](repeating: 0, count: recipe.batchSize))
        return TrainingData(
            train: images, test: images.prefix(1), numClasses: 10, summary: "black pictures", recipe: recipe)
    }

    /// Steps in an epoch, the last, smaller batch included.
    public var stepsPerEpoch: Int { (train.count + recipe.batchSize - 1) / recipe.batchSize }

    /// Loss and accuracy of a model over the test pictures.
    public func evaluate(_ model: some TrainableModel) throws(EngineError) -> MetricSums {
        try evaluate(model, on: loader(of: test)) { false } ?? MetricSums()
    }

    /// - Returns: `nil` if `isStopped` said so between two batches.
    func evaluate(
        _ model: some TrainableModel, on loader: BatchLoader, isStopped: () -> Bool
    ) throws(EngineError) -> MetricSums? {
        var sums = MetricSums()
        loader.start(order: EpochOrder(count: test.count, seed: 0, isShuffled: false).indices(epoch: 0))
        while let batch = loader.next() {
            sums.add(try model.evaluate(pixels: batch.pixels, labels: batch.labels))
            if isStopped() { return nil }
        }
        return sums
    }

    /// What a model makes of the first test pictures.
    ///
    /// - Parameters:
    ///   - count: how many of them.
    ///   - isCancelled: asked between batches.
    /// - Returns: a probability for each class, `[count, classes]`, row-major; `nil` if cancelled.
    public func predict(
        _ model: VGGModel, count: Int, isCancelled: () -> Bool = { false }
    ) throws(EngineError) -> [Float]? {
        let loader = loader(of: test.prefix(count))
        loader.start(order: Array(0..<Int32(min(count, test.count))))
        var probabilities: [Float] = []
        while let batch = loader.next() {
            if isCancelled() { return nil }
            probabilities += try model.predict(pixels: batch.pixels)
        }
        return probabilities
    }

    func loader(of images: LabelledImages) -> BatchLoader {
        BatchLoader(
            images: images, side: recipe.resize, batchSize: max(min(recipe.batchSize, images.count), 1))
    }
}
