// `vgglab shapes EXPERIMENT`: the network layer by layer, and the memory of a training step.

import ArgumentParser
import Datasets
import Experiments
import Model
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
        let facts = try dataOptions.facts(of: experiment.data.dataset)
        let network = try explaining { try experiment.network(for: facts) }
        let batchSize = min(experiment.data.batchSize, experiment.data.limitTrain ?? .max, facts.trainExamples)
        let memory = Vgglab.backend.costs.memory(
            of: network, training: experiment.training, options: experiment.engine, batchSize: batchSize,
            storedBytes: facts.storedBytes ?? 0, threads: threadOptions.count(on: Machine.current))
        let table = NetworkTable(
            network, batchSize: batchSize, memory: memory.parts.map { ($0.label, $0.bytes) })
        if json, case .object(let members) = table.json {
            return Console.print(JSON.object(members + [JSON.Member("data", facts.json)]).text + "\n")
        }
        Console.print("\(facts.summary), resized to \(network.inputSide) × \(network.inputSide)\n\n" + table.text)
        if !facts.isSquare {
            throw Failure(
                message: "\(facts.name): its images are not square; pad or crop them")
        }
    }
}

extension DatasetFacts {
    /// A summary such as `fashion-mnist: 60,000 training and 10,000 test images of 28 × 28 in 10 classes`.
    var summary: String {
        var text = "\(name): \(Readable.count(trainExamples)) training and \(Readable.count(testExamples)) test images"
        if let height, let width { text += " of \(height) × \(width)" }
        return text + " in \(numClasses) classes"
    }

    var json: JSON {
        [
            "name": .string(name), "num_classes": .integer(numClasses),
            "class_names": classNames.map { .array($0.map(JSON.string)) } ?? .null,
            "train_examples": .integer(trainExamples), "test_examples": .integer(testExamples),
            "height": .optional(height), "width": .optional(width),
        ]
    }
}
