// `vgglab shapes EXPERIMENT`: the network layer by layer, and what a training step needs.

import ArgumentParser
import Datasets
import Engine
import Experiments
import RunLog
import Training

struct Shapes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a network's output shapes, parameters, multiply-accumulates and memory.")

    @Argument(help: ArgumentHelp("Experiment file.", valueName: "file"))
    var file: String

    @OptionGroup var settings: SettingOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var threadOptions: ThreadOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let experiment = try settings.load(file)
        // Fashion-MNIST's numbers are known, so its files need not be there.
        var numClasses = FashionMNIST.classNames.count
        var storedBytes = 70_000 * (28 * 28 + 1)
        var examples = 60_000
        if experiment.data.dataset != FashionMNIST.name || dataOptions.folder != nil {
            let dataset = try dataOptions.load(experiment.data.dataset)
            numClasses = dataset.numClasses
            storedBytes = dataset.train.storedBytes + dataset.test.storedBytes
            examples = dataset.train.count
        }
        let network = try explaining { try experiment.network(numClasses: numClasses) }
        var recipe = experiment.data
        recipe.batchSize = min(recipe.batchSize, recipe.limitTrain ?? examples, examples)
        let memory = MemoryEstimate(
            network, data: recipe, training: experiment.training, engine: experiment.engine,
            storedBytes: storedBytes, threads: threadOptions.count(on: Machine.current),
            traits: VGGModel.traits)
        let table = NetworkTable(
            network, batchSize: recipe.batchSize, memory: memory.parts.map { ($0.label, $0.bytes) })
        Console.print(json ? table.json.text + "\n" : table.text)
    }
}
