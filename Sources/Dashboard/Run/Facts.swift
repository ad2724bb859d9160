// What the dashboard is told of the machine, the data and a run's network. Plain values, measured outside.

/// How busy this machine is.
package struct MachineLoad: Sendable, Hashable {
    /// Threads that runs may use together.
    package var threadBudget: Int
    /// Threads that runs use now.
    package var threadsInUse: Int
    /// Memory in use on the machine in bytes.
    package var memoryUsedBytes: Int
    /// The machine's memory in bytes.
    package var memoryTotalBytes: Int
    /// What is used of the processors; `nil` before it was measured over some time.
    package var processorUse: ProcessorUse?
    /// Resident memory of this process in bytes.
    package var residentBytes: Int

    package init(
        threadBudget: Int, threadsInUse: Int, memoryUsedBytes: Int, memoryTotalBytes: Int,
        processorUse: ProcessorUse?, residentBytes: Int
    ) {
        self.threadBudget = threadBudget
        self.threadsInUse = threadsInUse
        self.memoryUsedBytes = memoryUsedBytes
        self.memoryTotalBytes = memoryTotalBytes
        self.processorUse = processorUse
        self.residentBytes = residentBytes
    }
}

/// Shares of all processors' time, 0 to 1.
package struct ProcessorUse: Sendable, Hashable {
    /// In use.
    package var all: Double
    /// Used by this program.
    package var own: Double

    /// Shares from 0 to 1.
    package init(all: Double, own: Double) {
        self.all = all
        self.own = own
    }

    /// Processor time that was counted since the system began, in any unit.
    package struct Count: Sendable, Hashable {
        /// With work.
        package var busy: Double
        package var total: Double
        /// Used by this program.
        package var own: Double

        /// Counts of one unit.
        package init(busy: Double, total: Double, own: Double) {
            self.busy = busy
            self.total = total
            self.own = own
        }
    }

    /// The use between two counts; `nil` where no time has passed.
    package init?(from start: Count, to end: Count) {
        let total = end.total - start.total
        guard total > 0 else { return nil }
        all = min(max((end.busy - start.busy) / total, 0), 1)
        own = min(max((end.own - start.own) / total, 0), 1)
    }
}

/// How fast a network was trained on this machine.
package struct SpeedSample: Sendable, Hashable {
    /// An image's share in a training step, as the cost model has it.
    package var work: Double
    /// Training images a second.
    package var examplesPerSecond: Double
    /// Threads that computed.
    package var threads: Int

    /// A speed at this work.
    package init(work: Double, examplesPerSecond: Double, threads: Int) {
        self.work = work
        self.examplesPerSecond = examplesPerSecond
        self.threads = threads
    }
}

/// A state of a run that was kept, and that a fork can begin with.
package struct CheckpointEntry: Sendable, Hashable {
    /// Steps made by then.
    package var step: Int
    /// The epoch that the next step belongs to, from 1.
    package var epoch: Int
    /// Whether steps of that epoch have been made.
    package var isInsideEpoch: Bool
    /// Test accuracy of the last epoch that was finished by then, 0 to 1.
    package var testAccuracy: Double?
    /// Whether it is that of the best epoch among those that are kept.
    package var isBest: Bool

    package init(step: Int, epoch: Int, isInsideEpoch: Bool = false, testAccuracy: Double?, isBest: Bool) {
        self.step = step
        self.epoch = epoch
        self.isInsideEpoch = isInsideEpoch
        self.testAccuracy = testAccuracy
        self.isBest = isBest
    }
}

/// A layer's part in the measured time of a step.
package struct LayerShare: Sendable, Hashable {
    /// The layer's index in the network; `nil` for what no layer takes, the loss.
    package var layer: Int?
    /// Its share of the step's time, 0 to 1.
    package var share: Double

    package init(layer: Int?, share: Double) {
        self.layer = layer
        self.share = share
    }
}

/// A test image and what a network makes of it.
package struct PredictedImage: Sendable, Hashable {
    /// Its place among the run's test images, from 0.
    package var index: Int
    /// Its class.
    package var truth: Int
    /// The class that the network gives it.
    package var prediction: Int
    /// The probability that the network gives that class.
    package var probability: Double
    /// Rows of grey values, 0 is black.
    package var pixels: [UInt8]

    package init(index: Int, truth: Int, prediction: Int, probability: Double, pixels: [UInt8]) {
        self.index = index
        self.truth = truth
        self.prediction = prediction
        self.probability = probability
        self.pixels = pixels
    }
}

/// What a run's network makes of the test images.
package struct PredictionReport: Sendable, Hashable {
    /// Names of the classes.
    package var classes: [String]
    /// Test images by class (row) and prediction (column).
    package var confusion: [[Int]]
    /// Width of the images in pixels.
    package var width: Int
    /// Height of the images in pixels.
    package var height: Int
    /// The images that were asked for, not necessarily all of them.
    package var images: [PredictedImage]
    /// Height and width of the first layer's windows.
    package var kernel: Int
    /// The first layer's weights, a window for each output channel, row by row.
    package var filters: [[Float]]
    /// Steps that the network had made.
    package var step: Int

    package init(
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
