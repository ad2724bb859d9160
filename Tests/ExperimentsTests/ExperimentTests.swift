// Defaults of experiments, and the VGG variants.

import Experiments
import Testing

@Suite struct ExperimentTests {
    @Test func `the default experiment is the notebook's`() {
        let experiment = Experiment(name: "a")
        #expect(experiment.network.variant == .vgg11)
        #expect(experiment.network.ratio == 4)
        #expect(experiment.network.classifier == [4096, 4096])
        #expect(experiment.network.dropout == 0.5)
        #expect(experiment.data.resize == 224)
        #expect(experiment.data.batchSize == 128)
        #expect(experiment.training.learningRate == 0.05)
        #expect(experiment.training.epochs == 10)
        #expect(experiment.training.momentum == 0)
    }

    @Test(arguments: [(Variant.vgg11, 11), (.vgg13, 13), (.vgg16, 16), (.vgg19, 19)])
    func `a variant has the depth in its name`(variant: Variant, depth: Int) {
        let recipe = NetworkRecipe(blocks: variant.blocks)
        #expect(recipe.depth == depth)
        #expect(recipe.variant == variant)
        #expect(variant.rawValue == "vgg\(depth)")
    }

    @Test func `depth includes the actual classifier`() {
        #expect(NetworkRecipe(classifier: []).depth == 9)
        #expect(NetworkRecipe(classifier: [8, 8, 8]).depth == 12)
    }

    @Test func `blocks that are not in the paper have no variant`() {
        var blocks = Variant.vgg11.blocks
        blocks[0].numConvs = 3
        #expect(NetworkRecipe(blocks: blocks).variant == nil)
        #expect(NetworkRecipe(blocks: []).variant == nil)
        // The variant is independent of the ratio.
        #expect(NetworkRecipe(ratio: 8).variant == .vgg11)
    }

    @Test(arguments: [1, 2, 4, 8, 16, 32, 64]) func `the ratio divides every block's channels`(ratio: Int) throws {
        var experiment = Experiment(name: "a", network: NetworkRecipe(blocks: Variant.vgg16.blocks, ratio: ratio))
        experiment.data.resize = 32
        let blocks = try experiment.network(numClasses: 10).blocks
        #expect(blocks.map { $0.last?.outputShape[0] } == [64, 128, 256, 512, 512].map { $0 / ratio })
        #expect(blocks.map { $0.count { $0.convolution != nil } } == [2, 2, 3, 3, 3])
    }

    @Test func `an experiment's network matches its recipe`() throws {
        let recipe = NetworkRecipe(
            blocks: [Block(numConvs: 2, outChannels: 12)], ratio: 3, kernel: 5, classifier: [7], dropout: 0.25)
        let experiment = Experiment(name: "a", network: recipe, data: DataRecipe(resize: 20))
        let expected = try Network(
            inputSide: 20, blocks: [Block(numConvs: 2, outChannels: 4)], kernel: 5, classifier: [7], dropout: 0.25,
            numClasses: 3)
        #expect(try experiment.network(numClasses: 3) == expected)
    }
}
