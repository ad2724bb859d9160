// The time of a training step by operation, measured on each lane.

internal import Glibc
internal import Model
internal import OneDNN

/// The time of each layer's passes, in the order of their first operation.
struct StepProfile {
    private(set) var times: [PassTime] = []

    /// Runs a phase and adds the time of its operations.
    mutating func run(_ phase: Phase, _ body: (Operation) throws(OneDNNError) -> Void) throws(OneDNNError) {
        var lanes = [[Double]](repeating: [], count: phase.lanes.count)
        for (lane, operations) in phase.lanes.enumerated() { lanes[lane].reserveCapacity(operations.count) }
        try lanes.withUnsafeMutableBufferPointer { lanes throws(OneDNNError) in
            // Each lane appends only to its own list.
            let lanes = lanes
            try phase.run { lane, operation throws(OneDNNError) in
                let begin = monotonicSeconds()
                try body(operation)
                lanes[lane].append(monotonicSeconds() - begin)
            }
        }
        for (operations, durations) in zip(phase.lanes, lanes) {
            for (operation, duration) in zip(operations, durations) {
                add(duration / Double(lanes.count), to: operation)
            }
        }
    }

    private mutating func add(_ seconds: Double, to operation: Operation) {
        if let index = times.firstIndex(where: { $0.layer == operation.layer && $0.pass == operation.pass }) {
            times[index].seconds += seconds
        } else {
            times.append(PassTime(layer: operation.layer, pass: operation.pass, seconds: seconds))
        }
    }
}

func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
