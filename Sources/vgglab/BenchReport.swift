// // A benchmark's results, as a table and as JSON.

import Experiments
import Model
import RunLog
import Runner

struct BenchReport {
    let prepared: PreparedExperiment
    let engine: String
    let machine: String
    let stepSeconds: [Double]
    let evaluationSeconds: [Double]
    let profiles: [[PassTime]]
    let peakOperationsPerSecond: Double
    let peakMemoryBytes: Int

    private var network: Network { prepared.network }
    private var batchSize: Int { prepared.experiment.data.batchSize }
    private var imagesPerSecond: Double { Double(batchSize) / stepSeconds.median }
    private var evaluatedPerSecond: Double { Double(batchSize) / evaluationSeconds.median }

    /// The rate of direct multiply-accumulates of the whole step, as a share of the peak. Winograd needs fewer and can
    /// exceed 1.
    private var shareOfPeak: Double {
        2 * Double(network.trainingMACs) * imagesPerSecond / peakOperationsPerSecond
    }

    /// Median time of each layer's passes over the profiled steps. Forward passes come first, although reorders for
    /// backward passes may run before them.
    private var passes: [PassTime] {
        let order = profiles.first ?? []
        return (order.filter { $0.pass == .forward } + order.filter { $0.pass != .forward }).map { first in
            let all = profiles.compactMap { profile in
                profile.first { $0.layer == first.layer && $0.pass == first.pass }?.seconds
            }
            var median = first
            median.seconds = all.median
            return median
        }
    }

    /// Floating-point operations per second of a pass, counted as direct convolution; 0 for a pass without
    /// multiplications.
    private func operationsPerSecond(_ pass: PassTime) -> Double {
        guard let layer = pass.layer else { return 0 }
        return 2 * Double(network.layers[layer].forwardMACs * batchSize) / pass.seconds
    }

    var text: String {
        let seconds = stepSeconds.sorted()
        var text = """
            \(Readable.visible(prepared.experiment.name)): batch \(batchSize), side \(network.inputSide), \
            \(prepared.experiment.training.precision.rawValue), \
            \(prepared.threads) thread\(prepared.threads == 1 ? "" : "s")
            \(engine)
            \(machine), peak \(gigaflops(peakOperationsPerSecond)) GFLOP/s measured

            \("layer".padded(29))\("pass".padded(18))\("ms".leftPadded(9))\("GFLOP/s".leftPadded(10))\("of peak".leftPadded(9))

            """
        for pass in passes {
            let rate = operationsPerSecond(pass)
            text += name(of: pass.layer).padded(29) + pass.pass.rawValue.padded(18)
            text += Readable.fixed(pass.seconds * 1000, decimals: 2).leftPadded(9)
            if rate > 0 {
                text += gigaflops(rate).leftPadded(10) + percent(rate / peakOperationsPerSecond).leftPadded(9)
            }
            text += "\n"
        }
        text += """

            training step  \(Readable.fixed(stepSeconds.median * 1000, decimals: 1)) ms, median of \(seconds.count) \
            (\(Readable.fixed(seconds[0] * 1000, decimals: 1)) to \
            \(Readable.fixed(seconds[seconds.count - 1] * 1000, decimals: 1)))
            throughput     \(Readable.rate(imagesPerSecond)) images/s, \
            \(percent(shareOfPeak)) of the peak counted as direct convolution
            evaluation     \(Readable.rate(evaluatedPerSecond)) images/s, \
            \(Readable.fixed(evaluatedPerSecond / imagesPerSecond, decimals: 2)) times training
            peak memory    \(Readable.bytes(peakMemoryBytes)), predicted \(Readable.bytes(prepared.memory.totalBytes))

            """
        return text
    }

    var json: JSON {
        [
            "experiment": .string(prepared.experiment.name),
            "images_per_second": .number(imagesPerSecond),
            "step_seconds": .array(stepSeconds.map(JSON.number)),
            "evaluation_images_per_second": .number(evaluatedPerSecond),
            "batch_size": .integer(batchSize),
            "side": .integer(network.inputSide),
            "threads": .integer(prepared.threads),
            "precision": .string(prepared.experiment.training.precision.rawValue),
            "version": .string(Vgglab.program),
            "engine": .string(engine),
            "machine": .string(machine),
            "peak_gflops": .number(peakOperationsPerSecond / 1e9),
            "share_of_peak": .number(shareOfPeak),
            "peak_memory_bytes": .integer(peakMemoryBytes),
            "predicted_memory_bytes": .integer(prepared.memory.totalBytes),
            "settings": prepared.experiment.json,
            "passes": .array(
                passes.map { pass in
                    [
                        "layer": .string(name(of: pass.layer)), "pass": .string(pass.pass.rawValue),
                        "seconds": .number(pass.seconds), "gflops": .number(operationsPerSecond(pass) / 1e9),
                    ]
                }),
        ]
    }

    private func name(of layer: Int?) -> String {
        guard let layer else { return "network" }
        let facts = network.layers[layer]
        var text = facts.label
        if facts.convolution != nil {
            text += " \(network.layers[...layer].count { $0.convolution != nil })"
            // A pooling without its own time is fused into the convolution before it.
            if layer == 0, network.layers[1].isHalving, !profiles.joined().contains(where: { $0.layer == 1 }) {
                text += " + pool"
            }
        }
        if let shape = facts.weightsShape, shape.count > 1 {
            text += ": \(shape[1]) → \(shape[0])"
        } else if facts.inputShape.count == 3 {
            text += ": \(facts.inputShape[0])"
        }
        return facts.block == nil ? text : text + " @ \(facts.inputShape[1])"
    }

    private func gigaflops(_ operations: Double) -> String { Readable.fixed(operations / 1e9, decimals: 0) }
    private func percent(_ share: Double) -> String { Readable.fixed(share * 100, decimals: 0) + " %" }
}

extension [Double] {
    fileprivate var median: Double {
        let sorted = sorted()
        guard let last = sorted.indices.last else { return .nan }
        return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
    }
}
