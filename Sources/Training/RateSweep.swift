// The learning-rate range test: a short training whose rate grows from step to step, and what its losses suggest.

internal import Datasets
internal import Glibc
package import Model

/// The losses of a short training whose learning rate grows exponentially, one step per rate.
///
/// **Source**: Smith, *Cyclical Learning Rates for Training Neural Networks*, 2017, section 3.3; smoothing, cuts and the four
/// suggestions as in fastai's `lr_find`.
package struct RateSweep: Sendable, Hashable {
    /// Rates of the steps, rising.
    package private(set) var rates: [Double] = []
    /// Exponentially smoothed losses of the steps.
    package private(set) var losses: [Double] = []
    private var mean = 0.0

    /// From the first to the last rate of a sweep.
    package static let range = 1e-7...10
    /// Decay of the running mean of the loss.
    private static let smoothing = 0.98

    package init() {}

    /// Returns the rate of a step.
    ///
    /// - Parameter count: number of steps of the whole sweep, at least 2.
    package static func rate(ofStep step: Int, of count: Int) -> Double {
        range.lowerBound * pow(range.upperBound / range.lowerBound, Double(step) / Double(count - 1))
    }

    /// Adds a step.
    ///
    /// - Parameter loss: mean loss of its batch.
    package mutating func add(rate: Double, loss: Double) {
        mean = Self.smoothing * mean + (1 - Self.smoothing) * loss
        rates.append(rate)
        losses.append(mean / (1 - pow(Self.smoothing, Double(rates.count))))
    }

    /// Whether the loss is 4 times its minimum, or not finite: higher rates only make it worse.
    package var hasDiverged: Bool {
        guard let last = losses.last, let least = losses.min() else { return false }
        return !last.isFinite || losses.count > 1 && last > 4 * least
    }

    /// Trains a model at the rates of a sweep.
    ///
    /// - Parameters:
    ///   - steps: number of steps, at least 2; a divergence ends the sweep earlier.
    ///   - seed: the order of the images.
    ///   - stop: ends the sweep between two steps.
    /// - Returns: `nil` if it was stopped.
    package static func run(
        _ model: some TrainableModel, on data: TrainingData, steps: Int, seed: UInt64, stop: StopRequest
    ) throws(ModelError) -> RateSweep? {
        var sweep = RateSweep()
        let loader = try data.trainingLoader(for: model, seed: seed)
        var epoch = 0
        for step in 0..<steps {
            var batch = loader.next()
            if batch == nil {
                epoch += 1
                loader.start(order: data.trainingOrder(seed: seed, epoch: epoch), epoch: epoch)
                batch = loader.next()
            }
            guard let batch else { break }
            let rate = rate(ofStep: step, of: steps)
            let result = try model.train(
                pixels: batch.pixels, labels: batch.labels, step: step, learningRate: rate, isProfiled: false
            ) { stop.isRequested }
            guard let result else { return nil }
            sweep.add(rate: rate, loss: result.lossSum / Double(result.examples))
            if sweep.hasDiverged || !result.isFinite { break }
        }
        return stop.isRequested ? nil : sweep
    }
}

// MARK: Suggestions

/// What the losses of a sweep suggest as a learning rate.
package struct RateSuggestions: Sendable, Hashable {
    /// A third of the way into the longest fall of the loss, plus a sixth.
    package let valley: Double
    /// Before the last place at which the slope of the loss still changes as it did before.
    package let slide: Double
    /// Where the loss falls most steeply over the logarithm of the rate.
    package let steep: Double
    /// A tenth of the rate with the lowest loss.
    package let minimum: Double

    /// Values by name, in the order in which they are shown.
    package var all: [(name: String, rate: Double)] {
        [("valley", valley), ("slide", slide), ("steep", steep), ("minimum / 10", minimum)]
    }
}

extension RateSweep {
    /// Smallest fall of the loss that means something, as a fraction of the loss at the start.
    private static let leastFall = 0.05
    private static let slideDistance = 15
    private static let slideThreshold = 0.005

    /// What the losses suggest; `nil` if the loss never fell, so that no rate is better than another.
    package var suggestions: RateSuggestions? {
        // Neither the first steps, whose mean is of few losses, nor the last ones, in which the loss explodes.
        let finite = losses.prefix { $0.isFinite }.count
        let range = losses.count / 10..<max(finite - 5, losses.count / 10)
        let (rates, losses) = (Array(rates[range]), Array(losses[range]))
        guard losses.count > 2, let first = losses.first, let least = losses.min(), least < (1 - Self.leastFall) * first
        else { return nil }
        let lowest = losses.firstIndex(of: least) ?? 0
        return RateSuggestions(
            valley: rates[Self.valley(losses)], slide: rates[Self.slide(losses)],
            steep: rates[Self.steepest(losses, rates)], minimum: rates[lowest] / 10)
    }

    /// The longest falling subsequence ends at i after `lengths[i]` values.
    private static func valley(_ losses: [Double]) -> Int {
        var lengths = [Int](repeating: 1, count: losses.count)
        var end = 0
        for index in losses.indices {
            for before in 0..<index where losses[index] < losses[before] {
                lengths[index] = max(lengths[index], lengths[before] + 1)
            }
            if lengths[index] > lengths[end] { end = index }
        }
        let start = end - lengths[end]
        let third = Double(end - start) / 3
        return min(max(start + Int(third) + Int(third / 2), 0), losses.count - 1)
    }

    private static func slide(_ losses: [Double]) -> Int {
        let slopes = losses.indices.map { index in
            let (before, after) = (max(index - 1, 0), min(index + 1, losses.count - 1))
            return (losses[after] - losses[before]) / Double(after - before)
        }
        var (right, left) = (losses.count - 1, losses.count - 1 - slideDistance)
        guard left >= 0 else { return 0 }
        var found = left
        while left >= 0, abs(slopes[right] - slopes[left]) > slideThreshold {
            found = left
            (right, left) = (right - 1, left - 1)
        }
        return found
    }

    private static func steepest(_ losses: [Double], _ rates: [Double]) -> Int {
        let slopes = losses.indices.dropLast().map { index in
            (losses[index + 1] - losses[index]) / (log(rates[index + 1]) - log(rates[index]))
        }
        return slopes.indices.min { slopes[$0] < slopes[$1] } ?? 0
    }
}

/// The suggestions of several seeds.
package struct RateReport: Sendable, Hashable {
    /// A sweep for each seed.
    package let sweeps: [RateSweep]

    package init(_ sweeps: [RateSweep]) { self.sweeps = sweeps }

    /// The median of each suggestion over the seeds, with the lowest and the highest; empty if the loss fell for fewer than
    /// half of the seeds.
    package var suggestions: [(name: String, median: Double, range: ClosedRange<Double>)] {
        let found = sweeps.compactMap(\.suggestions?.all)
        guard let first = found.first, 2 * found.count > sweeps.count else { return [] }
        return first.indices.map { index in
            let rates = found.map { $0[index].rate }.sorted()
            let middle = rates.count / 2
            // Between two, the geometric mean: rates are spread over their logarithm.
            let median = rates.count % 2 == 1 ? rates[middle] : (rates[middle - 1] * rates[middle]).squareRoot()
            return (first[index].name, median, rates[0]...rates[rates.count - 1])
        }
    }
}
