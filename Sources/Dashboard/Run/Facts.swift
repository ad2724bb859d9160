// Facts about the machine, the data and a run's network, as the dashboard receives them: plain values.

package struct MachineLoad: Sendable, Hashable {
    /// Total number of threads for runs.
    package var threadBudget: Int
    /// Number of threads that runs use now.
    package var threadsInUse: Int
    /// Memory in use on the machine, in bytes.
    package var memoryUsedBytes: Int
    /// The machine's memory in bytes.
    package var memoryTotalBytes: Int
    /// Processor use; `nil` before the second measurement.
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
    /// Used by all programs.
    package var all: Double
    /// Used by this program.
    package var own: Double

    package init(all: Double, own: Double) {
        self.all = all
        self.own = own
    }

    /// Processor time since boot, in any unit.
    package struct Count: Sendable, Hashable {
        /// Used by all programs.
        package var busy: Double
        package var total: Double
        /// Used by this program.
        package var own: Double

        package init(busy: Double, total: Double, own: Double) {
            self.busy = busy
            self.total = total
            self.own = own
        }
    }

    /// Returns the use between two counts; `nil` if no time has passed.
    package init?(from start: Count, to end: Count) {
        let total = end.total - start.total
        guard total > 0 else { return nil }
        all = min(max((end.busy - start.busy) / total, 0), 1)
        own = min(max((end.own - start.own) / total, 0), 1)
    }
}

/// A training speed measured on this machine.
package struct SpeedSample: Sendable, Hashable {
    /// Work per image of a training step, from the cost model.
    package var work: Double
    /// Training images per second.
    package var examplesPerSecond: Double
    /// Number of compute threads.
    package var threads: Int

    package init(work: Double, examplesPerSecond: Double, threads: Int) {
        self.work = work
        self.examplesPerSecond = examplesPerSecond
        self.threads = threads
    }
}

/// A checkpoint that a run can be forked from.
package struct CheckpointEntry: Sendable, Hashable {
    /// Number of steps.
    package var step: Int
    /// The epoch that the next step belongs to, from 1.
    package var epoch: Int
    /// Whether the checkpoint is inside that epoch.
    package var isInsideEpoch: Bool
    /// Test accuracy of the last completed epoch, 0 to 1.
    package var testAccuracy: Double?
    /// Whether it is that of the best epoch among the stored ones.
    package var isBest: Bool

    package init(step: Int, epoch: Int, isInsideEpoch: Bool = false, testAccuracy: Double?, isBest: Bool) {
        self.step = step
        self.epoch = epoch
        self.isInsideEpoch = isInsideEpoch
        self.testAccuracy = testAccuracy
        self.isBest = isBest
    }
}

/// A layer's share of the measured time of a step.
package struct LayerShare: Sendable, Hashable {
    /// Index of the layer in the network; `nil` for the loss, which belongs to no layer.
    package var layer: Int?
    /// Its share of the step's time, 0 to 1.
    package var share: Double

    package init(layer: Int?, share: Double) {
        self.layer = layer
        self.share = share
    }
}

/// A test image with its prediction.
package struct PredictedImage: Sendable, Hashable {
    /// Index among the run's test images, from 0.
    package var index: Int
    /// The true class.
    package var truth: Int
    /// The predicted class.
    package var prediction: Int
    /// The probability of the predicted class.
    package var probability: Double
    /// Grey values row by row; 0 is black.
    package var pixels: [UInt8]

    package init(index: Int, truth: Int, prediction: Int, probability: Double, pixels: [UInt8]) {
        self.index = index
        self.truth = truth
        self.prediction = prediction
        self.probability = probability
        self.pixels = pixels
    }
}

/// A run's predictions for the test images.
package struct PredictionReport: Sendable, Hashable {
    /// Names of the classes.
    package var classes: [String]
    /// Number of test images by class (row) and prediction (column).
    package var confusion: [[Int]]
    /// Width of the images in pixels.
    package var width: Int
    /// Height of the images in pixels.
    package var height: Int
    /// The requested images, not necessarily all of them.
    package var images: [PredictedImage]
    /// Height and width of the first layer's filters.
    package var kernel: Int
    /// The first layer's weights, one filter per output channel, row by row.
    package var filters: [[Float]]
    /// Number of steps that the network was trained for.
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
