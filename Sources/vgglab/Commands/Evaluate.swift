// `vgglab evaluate WEIGHTS EXPERIMENT`: loss and accuracy of saved weights on the test images.

import ArgumentParser
import Datasets
import Experiments
import Model
import RunLog
import Runner
import Training

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compute loss and accuracy of saved weights on the test images.")

    @Argument(help: ArgumentHelp("Weights from --save, export or PyTorch.", valueName: "weights.safetensors"))
    var weights: String

    @Argument(help: ArgumentHelp("Experiment file that defines the network and the data.", valueName: "file"))
    var file: String

    @OptionGroup var settings: SettingOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var strictOption: StrictOption

    @Option(
        help: ArgumentHelp(
            "Average predictions over views of each image: flip (mirrored), shift (by one pixel each way), or both.",
            valueName: "view,…"))
    var tta: ViewList?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let machine = Machine.current
        let experiment = try settings.load(file)
        let data = TrainingData(try dataOptions.load(experiment.data.dataset), for: experiment)
        let threads = threadOptions.count(on: machine)
        let prepared = try explaining {
            try PreparedExperiment(experiment, data: data, threads: threads, machine: machine, backend: Vgglab.backend)
        }
        try strictOption.warn(of: prepared)
        let model = try explaining { try prepared.makeModel() }
        try explaining { try model.loadWeights(weights) }
        let sums = try explaining {
            try tta.map { try prepared.data.evaluate(model, views: $0.views) } ?? prepared.data.evaluate(model)
        }
        guard sums.meanLoss.isFinite else {
            throw Failure(
                message: "\(weights): the loss is not finite; the weights are far too large",
                status: 1)
        }
        if json {
            let report: JSON = [
                "loss": .number(sums.meanLoss), "accuracy": .number(sums.accuracy), "correct": .integer(sums.correct),
                "examples": .integer(sums.examples),
            ]
            Console.print(report.text + "\n")
        } else {
            let (loss, accuracy) = (Readable.metric(sums.meanLoss), Readable.metric(sums.accuracy))
            let right = "\(Readable.count(sums.correct)) of \(Readable.count(sums.examples))"
            Console.print("test loss \(loss), test acc \(accuracy) (\(right) right)\n")
        }
    }
}

/// Views of an image as the command line has them: `flip,shift`.
struct ViewList: ExpressibleByArgument {
    let views: Set<ImageView>

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let views = words.compactMap { ImageView(rawValue: String($0)) }
        guard !views.isEmpty, views.count == words.count else { return nil }
        self.views = Set(views)
    }

    static var allValueStrings: [String] { ImageView.allCases.map(\.rawValue) }
}
