// Where a training step's time goes: each operation timed on its own lane.

internal import CProcessor
internal import Glibc
internal import OneDNN

/// Time that one pass of one layer takes in a step.
package struct PassTime: Sendable, Hashable {
    /// Index among the network's layers; `nil` for what belongs to the whole network.
    package let layer: Int?
    /// What for.
    package let pass: Pass
    /// Wall seconds of the step: lanes that run side by side count as one.
    package var seconds: Double
}

extension VGGModel {
    /// A training step as `train` makes it, with the time of each layer's passes in the order of their first operation.
    package func profile(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int
    ) throws(EngineError) -> [PassTime] {
        try trainProfiled(pixels: pixels, labels: labels, step: step).times
    }

    func trainProfiled(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int
    ) throws(EngineError) -> (result: BatchResult, times: [PassTime]) {
        var times: [PassTime] = []
        let result = try run(trainingProgram(labels.count), pixels, labels, step: step) { phase throws(OneDNNError) in
            var lanes = [[Double]](repeating: [], count: phase.lanes.count)
            for (lane, operations) in phase.lanes.enumerated() { lanes[lane].reserveCapacity(operations.count) }
            try lanes.withUnsafeMutableBufferPointer { lanes throws(OneDNNError) in
                // Each lane appends to its own list only.
                let lanes = lanes
                try phase.run { lane, operation throws(OneDNNError) in
                    let begin = seconds()
                    try operation.run()
                    lanes[lane].append(seconds() - begin)
                }
            }
            for (operations, durations) in zip(phase.lanes, lanes) {
                for (operation, duration) in zip(operations, durations) {
                    let share = duration / Double(lanes.count)
                    if let index = times.firstIndex(where: { $0.layer == operation.layer && $0.pass == operation.pass })
                    {
                        times[index].seconds += share
                    } else {
                        times.append(PassTime(layer: operation.layer, pass: operation.pass, seconds: share))
                    }
                }
            }
        }
        return (result, times)
    }

    /// The most single-precision operations a second that fused multiply-adds reach on this many threads, a multiply
    /// and an add counting one each: the best of several short runs.
    package static func peakOperationsPerSecond(threads: Int) throws(EngineError) -> Double {
        do throws(OneDNNError) {
            _ = try Device(threads: threads)
        } catch {
            throw EngineError(error)
        }
        var best = 0.0
        for _ in 0..<9 {
            let begin = seconds()
            let total = UnsafeMutableBufferPointer<Double>.allocate(capacity: threads)
            defer { total.deallocate() }
            total.initialize(repeating: 0)
            parallel(parts: threads) { part, _ in total[part] = processor_fma(4_000_000) }
            best = max(best, total.reduce(0, +) / (seconds() - begin))
        }
        return best
    }
}

private func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
