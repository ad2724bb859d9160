// How long a training step takes beside that of another network on the same machine, from shapes alone. Knows no machine:
// one measured speed turns work into seconds.

package import Experiments

/// An image's share in a training step, in nanoseconds of the machine that the constants were measured on.
///
/// Multiply-accumulates alone mislead: small networks spend their time on moving activations and on the step's fixed
/// costs, wide classifiers on reading and updating weights, whatever the batch.
///
/// **Source**: least squares over `vgglab bench` of eleven networks (VGG-11 at ratios 1 to 16 and sides 32 to 224, VGG-16)
/// on two cores with AVX-512: predictions from the quick start's speed alone were 0.74 to 1.21 of what was measured.
extension EngineCosts {
    /// For a multiply-accumulate of a convolution's forward pass, backward passes included.
    private static let perMAC = 6.3e-3
    /// The same for windows that are not 3 × 3, which Winograd does not serve.
    private static let perDirectMAC = 20e-3
    /// For a value that goes into a convolution or comes out of it.
    private static let perActivation = 0.63
    /// For a weight, read three times and updated once a step.
    private static let perParameter = 7.25
    /// For the step itself.
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

    /// The forward pass is one of three.
    package func evaluationWork(of network: Network, batchSize: Int) -> Double {
        trainingWork(of: network, batchSize: batchSize) / 3
    }
}
