// The processor's features that the engine's choices depend on.

internal import CProcessor
package import Experiments
package import Model
internal import OneDNN

package struct ProcessorTraits: Sendable, Hashable {
    package var hasWinograd: Bool
    /// Floats per vector.
    package var vectorWidth: Int
    /// Whether it has bfloat16 instructions.
    package var hasBFloat16: Bool

    /// The default is a processor with AVX-512 and bfloat16.
    package init(hasWinograd: Bool = true, vectorWidth: Int = 16, hasBFloat16: Bool = true) {
        self.hasWinograd = hasWinograd
        self.vectorWidth = vectorWidth
        self.hasBFloat16 = hasBFloat16
    }

    package static var current: ProcessorTraits {
        ProcessorTraits(
            hasWinograd: WinogradStage.vectorWidth != nil, vectorWidth: Device.vectorWidth,
            hasBFloat16: Device.hasBFloat16)
    }

    /// Supported precisions; a model of another precision computes in float32.
    package var precisions: Set<TrainingRecipe.Precision> { hasBFloat16 ? [.float32, .bfloat16] : [.float32] }
}

/// The peak rate of single-precision operations per second with fused multiply-adds on this many threads, counted as
/// two operations each: the best of several short runs.
package func peakOperationsPerSecond(threads: Int) throws(ModelError) -> Double {
    do throws(OneDNNError) {
        _ = try Device(threads: threads)
    } catch {
        throw ModelError(error)
    }
    var best = 0.0
    for _ in 0..<9 {
        let begin = monotonicSeconds()
        let total = UnsafeMutableBufferPointer<Double>.allocate(capacity: threads)
        defer { total.deallocate() }
        total.initialize(repeating: 0)
        parallel(parts: threads) { part, _ in total[part] = processor_fma(4_000_000) }
        best = max(best, total.reduce(0, +) / (monotonicSeconds() - begin))
    }
    return best
}
