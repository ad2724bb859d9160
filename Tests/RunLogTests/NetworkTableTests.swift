// The network table as text and as JSON.

import Experiments
import RunLog
import Testing

@Suite struct NetworkTableTests {
    private func tiny() throws -> Network {
        try Network(
            inputSide: 8, blocks: [Block(numConvs: 1, outChannels: 2), Block(numConvs: 2, outChannels: 4)],
            classifier: [6], dropout: 0.25, numClasses: 3)
    }

    @Test func `rows are blocks, then the classifier, then totals and memory`() throws {
        let table = NetworkTable(
            try tiny(), batchSize: 4, memory: [("weights", 2048), ("activations \u{1B}", 1 << 21)])
        #expect(
            table.text == """
                layer                                   output     parameters   MACs
                block 1  1 conv 3×3 → 2 channels, pool  2 × 4 × 4          20  1.2 k
                block 2  2 conv 3×3 → 4 channels, pool  4 × 2 × 2         224  3.5 k
                flatten  4 × 2 × 2                      16                  0      0
                linear   16 → 6, ReLU                   6                 102     96
                dropout  0.25                           6                   0      0
                linear   6 → 3                          3                  21     18
                total                                                     367  4.7 k
                training: 13.0 k MACs an image (forward and gradients)
                activations kept: 313 values an image

                memory of a training step of 4 images
                  weights             2 KiB
                  activations \\u{1B}  2 MiB
                  total               2 MiB

                """)
    }

    @Test(arguments: Variant.allCases, [1, 4]) func `lines fit 80 columns`(variant: Variant, ratio: Int) throws {
        let experiment = Experiment(name: "a", network: NetworkRecipe(variant, ratio: ratio))
        let text = NetworkTable(try experiment.network(numClasses: 10), batchSize: 128).text
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    }

    @Test func `layers of a kind are numbered by themselves`() throws {
        let norm = try Network(
            inputSide: 8, blocks: [Block(numConvs: 2, outChannels: 2)], norm: .batch, classifier: [], numClasses: 2)
        #expect(
            norm.layers.compactMap(\.name).map(norm.label) == [
                "block 1 conv 1", "block 1 batch norm 1", "block 1 conv 2", "block 1 batch norm 2", "linear 1",
            ])
        let layers = try Experiment(name: "a", network: NetworkRecipe(.leNet)).network(numClasses: 10)
        let labels = ["conv 1", "conv 2", "linear 1", "linear 2", "linear 3"]
        #expect(layers.layers.compactMap(\.name).map(layers.label) == labels)
    }

    @Test func `a block of several windows and norms says so`() throws {
        let network = try Experiment(
            name: "a", network: NetworkRecipe(blocks: Variant.vgg16C.blocks, ratio: 4, norm: .batch)
        ).network(numClasses: 10)
        #expect(NetworkTable(network, batchSize: 1).text.contains("2 conv 3×3, 1 of 1×1 → 64, batch norm, pool "))
    }

    @Test func `programs get layers, blocks and totals`() throws {
        let table = NetworkTable(try tiny(), batchSize: 4, memory: [("weights", 2048)])
        #expect(
            table.json.text
                == #"{"input_shape":[1,8,8],"blocks":["#
                + #"{"block":1,"output_shape":[2,4,4],"parameters":20,"macs":1152},"#
                + #"{"block":2,"output_shape":[4,2,2],"parameters":224,"macs":3456}],"layers":["#
                + #"{"kind":"convolution","name":"features.0","block":1,"#
                + #""output_shape":[2,8,8],"parameters":20,"macs":1152,"activations_kept":128},"#
                + #"{"kind":"max_pool","name":null,"block":1,"output_shape":[2,4,4],"parameters":0,"macs":0,"activations_kept":32},"#
                + #"{"kind":"convolution","name":"features.3","block":2,"#
                + #""output_shape":[4,4,4],"parameters":76,"macs":1152,"activations_kept":64},"#
                + #"{"kind":"convolution","name":"features.5","block":2,"#
                + #""output_shape":[4,4,4],"parameters":148,"macs":2304,"activations_kept":64},"#
                + #"{"kind":"max_pool","name":null,"block":2,"output_shape":[4,2,2],"parameters":0,"macs":0,"activations_kept":16},"#
                + #"{"kind":"flatten","name":null,"block":null,"output_shape":[16],"parameters":0,"macs":0,"activations_kept":0},"#
                + #"{"kind":"linear","name":"classifier.0","block":null,"output_shape":[6],"parameters":102,"macs":96,"activations_kept":6},"#
                + #"{"kind":"dropout","name":null,"block":null,"output_shape":[6],"parameters":0,"macs":0,"activations_kept":0},"#
                + #"{"kind":"linear","name":"classifier.3","block":null,"output_shape":[3],"parameters":21,"macs":18,"activations_kept":3}],"#
                + #""totals":{"parameters":367,"forward_macs":4722,"training_macs":13014,"activations_kept":313,"batch_size":4,"#
                + #""memory_bytes":2048},"memory":[{"label":"weights","bytes":2048}]}"#)
    }
}
