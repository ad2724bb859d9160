// What the dashboard is told of the machine, the data and a run's network. Plain values, measured outside.

public import Experiments

/// How busy this machine is.
public struct MachineLoad: Sendable, Hashable {
    /// Threads that runs may use together.
    public var threadBudget: Int
    /// Threads that runs use now.
    public var threadsInUse: Int
    /// Memory in use on the machine in bytes.
    public var memoryUsedBytes: Int
    /// The machine's memory in bytes.
    public var memoryTotalBytes: Int
    /// What is used of the processors; `nil` before it was measured over some time.
    public var processorUse: ProcessorUse?
    /// Resident memory of this process in bytes.
    public var residentBytes: Int
    /// What the engine has on this machine, as far as memory depends on it.
    public var traits: EngineTraits

    /// All of it.
    public init(
        threadBudget: Int, threadsInUse: Int, memoryUsedBytes: Int, memoryTotalBytes: Int,
        processorUse: ProcessorUse?, residentBytes: Int, traits: EngineTraits = EngineTraits()
    ) {
        self.threadBudget = threadBudget
        self.threadsInUse = threadsInUse
        self.memoryUsedBytes = memoryUsedBytes
        self.memoryTotalBytes = memoryTotalBytes
        self.processorUse = processorUse
        self.residentBytes = residentBytes
        self.traits = traits
    }
}

/// Shares of all processors' time, 0 to 1.
public struct ProcessorUse: Sendable, Hashable {
    /// In use.
    public var all: Double
    /// Used by this program.
    public var own: Double

    /// Shares from 0 to 1.
    public init(all: Double, own: Double) {
        self.all = all
        self.own = own
    }

    /// Processor time that was counted since the system began, in any unit.
    public struct Count: Sendable, Hashable {
        /// With work.
        public var busy: Double
        /// All of it.
        public var total: Double
        /// Used by this program.
        public var own: Double

        /// Counts of one unit.
        public init(busy: Double, total: Double, own: Double) {
            self.busy = busy
            self.total = total
            self.own = own
        }
    }

    /// The use between two counts; `nil` where no time has passed.
    public init?(from start: Count, to end: Count) {
        let total = end.total - start.total
        guard total > 0 else { return nil }
        all = min(max((end.busy - start.busy) / total, 0), 1)
        own = min(max((end.own - start.own) / total, 0), 1)
    }
}

/// How fast a network was trained on this machine.
public struct SpeedSample: Sendable, Hashable {
    /// An image's share in a step, as `StepWork` has it.
    public var work: Double
    /// Training images a second.
    public var examplesPerSecond: Double
    /// Threads that computed.
    public var threads: Int

    /// The speed of a network in steps of so many images.
    public init(_ network: Network, batchSize: Int, examplesPerSecond: Double, threads: Int) {
        work = StepWork.training(network, batchSize: batchSize)
        self.examplesPerSecond = examplesPerSecond
        self.threads = threads
    }
}

/// A state of a run that was kept, and that a fork can begin with.
public struct CheckpointEntry: Sendable, Hashable {
    /// Steps made by then.
    public var step: Int
    /// The epoch that the next step belongs to, from 1.
    public var epoch: Int
    /// Whether steps of that epoch have been made.
    public var isInsideEpoch: Bool
    /// Test accuracy of the last epoch that was finished by then, 0 to 1.
    public var testAccuracy: Double?
    /// Whether it is that of the best epoch among those that are kept.
    public var isBest: Bool

    /// All of it.
    public init(step: Int, epoch: Int, isInsideEpoch: Bool = false, testAccuracy: Double?, isBest: Bool) {
        self.step = step
        self.epoch = epoch
        self.isInsideEpoch = isInsideEpoch
        self.testAccuracy = testAccuracy
        self.isBest = isBest
    }
}

/// A layer's part in the measured time of a step.
public struct LayerShare: Sendable, Hashable {
    /// The layer's index in the network; `nil` for what no layer takes, the loss.
    public var layer: Int?
    /// Its share of the step's time, 0 to 1.
    public var share: Double

    /// All of it.
    public init(layer: Int?, share: Double) {
        self.layer = layer
        self.share = share
    }
}

/// A test image and what a network makes of it.
public struct PredictedImage: Sendable, Hashable {
    /// Its place among the run's test images, from 0.
    public var index: Int
    /// Its class.
    public var truth: Int
    /// The class that the network gives it.
    public var prediction: Int
    /// The probability that the network gives that class.
    public var probability: Double
    /// Rows of grey values, 0 is black.
    public var pixels: [UInt8]

    /// All of it.
    public init(index: Int, truth: Int, prediction: Int, probability: Double, pixels: [UInt8]) {
        self.index = index
        self.truth = truth
        self.prediction = prediction
        self.probability = probability
        self.pixels = pixels
    }
}

/// What a run's network makes of the test images.
public struct PredictionReport: Sendable, Hashable {
    /// Names of the classes.
    public var classes: [String]
    /// Test images by class (row) and prediction (column).
    public var confusion: [[Int]]
    /// Width of the images in pixels.
    public var width: Int
    /// Height of the images in pixels.
    public var height: Int
    /// The images that were asked for, not necessarily all of them.
    public var images: [PredictedImage]
    /// Height and width of the first layer's windows.
    public var kernel: Int
    /// The first layer's weights, a window for each output channel, row by row.
    public var filters: [[Float]]
    /// Steps that the network had made.
    public var step: Int

    /// All of it.
    public init(
        classes: [String], confusion: [[Int]], width: Int, height: Int, images: [PredictedImage], kernel: Int,
        filters: [[Float]], step: Int
    ) {
        self.classes = classes
        self.confusion = confusion
        self.width = width
        self.height = height
        self.images = images
        self.kernel = kernel
        self.filters = filters
        self.step = step
    }
}
