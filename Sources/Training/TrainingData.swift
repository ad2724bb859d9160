// The images of an experiment, prepared for the training loop: limited, ordered, resized and batched.

package import Datasets
package import Experiments
internal import MemoryUse
package import Model

package struct TrainingData: Sendable {
    /// The images to train on.
    package let train: LabelledImages
    /// The images to evaluate on after each epoch.
    package let test: LabelledImages
    /// What the best epoch is chosen by; `nil` to choose by the test images.
    package let validation: LabelledImages?
    /// What the data set holds that they come from, before any limit.
    package private(set) var facts: DatasetFacts
    /// Name and folder, as text.
    package let summary: String
    /// SHA-256 of the data set; empty for other images.
    package var checksum = ""
    /// A warning about the data's origin, if any.
    package private(set) var remark: String?
    /// Labels of the classes without any training image, which cannot be learned; empty if nothing is trained.
    package private(set) var missingClasses: [Int]
    let recipe: DataRecipe

    /// Number of classes.
    package var numClasses: Int { facts.numClasses }
    /// Bytes of the images and labels as they were loaded, before any limit.
    package var loadedBytes: Int {
        (facts.storedBytes ?? 0) + (validation.map { $0.storedBytes + train.storedBytes } ?? 0)
    }

    /// Selects an experiment's images from `dataset`.
    package init(_ dataset: Dataset, for experiment: Experiment) {
        let recipe = experiment.data
        func limited(_ images: LabelledImages, to limit: Int?) -> LabelledImages {
            guard let limit else { return images }
            return switch recipe.sampling {
            case .stratified: images.stratified(limit, seed: experiment.training.seed)
            case .first: images.prefix(limit)
            }
        }
        var train = limited(dataset.train, to: recipe.limitTrain)
        var validation: LabelledImages?
        if recipe.validation > 0, train.count > 1 {
            let count = Int((Double(train.count) * recipe.validation).rounded())
            let parts = train.split(
                min(max(count, 1), train.count - 1), seed: experiment.training.seed ^ Self.validationSeed)
            (validation, train) = (parts.sample, parts.rest)
        }
        self.init(
            train: train, test: limited(dataset.test, to: recipe.limitTest), validation: validation,
            facts: dataset.facts, summary: "\(dataset.name) from \(dataset.folder)", recipe: recipe)
        checksum = dataset.checksum
        remark = dataset.remark
    }

    /// Keeps what validates apart from what a limit draws with the same seed.
    private static let validationSeed: UInt64 = 0x7661_6C69_6461_7465

    /// Images from anywhere.
    package init(
        train: LabelledImages, test: LabelledImages, validation: LabelledImages? = nil, numClasses: Int,
        summary: String, recipe: DataRecipe
    ) {
        let facts = DatasetFacts(
            name: recipe.dataset, numClasses: numClasses, trainExamples: train.count, testExamples: test.count,
            height: train.height, width: train.width, channels: train.channels)
        self.init(
            train: train, test: test, validation: validation, facts: facts, summary: summary, recipe: recipe)
    }

    private init(
        train: LabelledImages, test: LabelledImages, validation: LabelledImages?, facts: DatasetFacts,
        summary: String, recipe: DataRecipe
    ) {
        self.train = train
        self.test = test
        self.validation = validation
        self.facts = facts
        self.summary = summary
        self.recipe = recipe
        if recipe.normalize == .meanDeviation { self.facts.normalization = train.normalization }
        let counts = train.countsByClass(facts.numClasses)
        missingClasses = (0..<facts.numClasses).filter { counts[$0] == 0 }
    }

    /// Creates a batch of black images, for measuring speed without any data.
    package static func blank(like recipe: DataRecipe, numClasses: Int, channels: Int = 1) -> TrainingData {
        let images = LabelledImages(
            channels: channels, height: 28, width: 28,
            pixels: [UInt8](repeating: 0, count: recipe.batchSize * channels * 784),
            labels: [UInt8](repeating: 0, count: recipe.batchSize))
        var data = TrainingData(
            train: images, test: images.prefix(1), numClasses: numClasses, summary: "black images", recipe: recipe)
        data.missingClasses = []
        return data
    }

    /// Number of steps per epoch, including the last, smaller batch.
    package var stepsPerEpoch: Int { (train.count + recipe.batchSize - 1) / recipe.batchSize }

    /// Computes loss and accuracy of a model over the test images.
    package func evaluate(_ model: some TrainableModel) throws(ModelError) -> MetricSums {
        try evaluate(model, on: loader(of: test, for: model), count: test.count) { _ in true } ?? MetricSums()
    }

    /// - Parameter shouldContinue: called after each batch with the number of images so far; returns whether to
    ///   continue.
    /// - Returns: `nil` if it was cancelled.
    func evaluate(
        _ model: some TrainableModel, on loader: BatchLoader, count: Int, shouldContinue: (_ examples: Int) -> Bool
    ) throws(ModelError) -> MetricSums? {
        var sums = MetricSums()
        loader.start(order: EpochOrder(count: count, seed: 0, isShuffled: false).indices(epoch: 0))
        while let batch = loader.next() {
            sums.add(try model.evaluate(pixels: batch.pixels, labels: batch.labels))
            guard shouldContinue(sums.examples) else { return nil }
        }
        return sums
    }

    /// Computes loss and accuracy over the test images of probabilities that are averaged over views of each image.
    package func evaluate(
        _ model: some TrainableModel, views: Set<ImageView>
    ) throws(ModelError) -> MetricSums {
        let combinations = ImageView.combinations(of: views)
        var sums = [Double](repeating: 0, count: test.count * numClasses)
        for (right, down, isMirrored) in combinations {
            let images = test.moved(right: right, down: down, isMirrored: isMirrored)
            for (index, probability) in try predict(model, images).enumerated() { sums[index] += Double(probability) }
        }
        return MetricSums(probabilities: sums.map { $0 / Double(combinations.count) }, labels: test.labels)
    }

    /// Computes a model's predictions for some images.
    ///
    /// - Returns: a probability for each class, `[images, classes]`, row-major.
    package func predict(_ model: some TrainableModel, _ images: LabelledImages) throws(ModelError) -> [Float] {
        let loader = try loader(of: images, for: model)
        loader.start(order: Array(0..<Int32(images.count)))
        var probabilities: [Float] = []
        while let batch = loader.next() { probabilities += try model.predict(pixels: batch.pixels) }
        return probabilities
    }

    /// Creates a loader of the training images, augmented as the recipe wants.
    func trainingLoader(for model: some TrainableModel, seed: UInt64) throws(ModelError) -> BatchLoader {
        try loader(of: train, for: model, augmentation: Augmentation(recipe, seed: seed))
    }

    /// Returns the order of the training images in an epoch.
    func trainingOrder(seed: UInt64, epoch: Int) -> [Int32] {
        EpochOrder(count: train.count, seed: seed, isShuffled: recipe.shuffle).indices(epoch: epoch)
    }

    /// - Parameter augmentation: changes images at random; `nil` to leave them as they are.
    func loader(
        of images: LabelledImages, for model: some TrainableModel, augmentation: Augmentation? = nil
    ) throws(ModelError) -> BatchLoader {
        let batchSize = max(min(recipe.batchSize, images.count), 1)
        let imageSize = images.channels * recipe.resize * recipe.resize
        guard isMemoryLeft(for: BatchLoader.bufferBytes(imageSize: imageSize, batchSize: batchSize)) else {
            throw .outOfMemory("there is not enough memory left for batches of \(batchSize) images")
        }
        return BatchLoader(
            images: images, side: recipe.resize, batchSize: batchSize, augmentation: augmentation,
            normalization: facts.normalization, memory: model.memory)
    }
}
