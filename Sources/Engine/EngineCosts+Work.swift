// The duration of a training step relative to other networks on the same machine, from shapes alone. One measured speed
// converts work to seconds.

package import Experiments

/// The work per image of a training step, in nanoseconds of the machine on which the constants were measured.
///
/// Multiply-accumulates alone are misleading: small networks spend their time moving activations and on fixed costs per
/// step, wide classifiers on reading and updating weights, whatever the batch size.
///
/// **Source**: least squares over `vgglab bench` of eleven networks (VGG-11 at ratios 1 to 16 and sides 32 to 224, VGG-16)
/// on two cores with AVX-512: predictions from the quick start's speed alone were 0.74 to 1.21 of the measured values.
extension EngineCosts {
    /// Per multiply-accumulate of a convolution's forward pass, backward passes included.
    private static let perMAC = 6.3e-3
    /// The same for kernels other than 3 × 3, for which there is no Winograd.
    private static let perDirectMAC = 20e-3
    /// Per value of a convolution's input or output.
    private static let perActivation = 0.63
    /// Per weight, which a step reads three times and updates once.
    private static let perParameter = 7.25
    /// Per step.
    private static let perStep = 2e6

    package func trainingWork(of network: Network, batchSize: Int) -> Double {
        var work = 0.0
        for layer in network.layers {
            guard let convolution = layer.convolution else { continue }
            let isFast = convolution.kernel == 3 || convolution.inChannels == 1
            let area = layer.outputShape.dropFirst().reduce(1, *)
            work += Double(layer.forwardMACs) * (isFast ? Self.perMAC : Self.perDirectMAC)
            work += Double((convolution.inChannels + convolution.outChannels) * area) * Self.perActivation
        }
        return work + (Double(network.parameters) * Self.perParameter + Self.perStep) / Double(max(batchSize, 1))
    }

    /// The forward pass is one of three passes.
    package func evaluationWork(of network: Network, batchSize: Int) -> Double {
        trainingWork(of: network, batchSize: batchSize) / 3
    }
}
