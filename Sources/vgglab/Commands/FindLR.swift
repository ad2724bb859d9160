// `vgglab find-lr EXPERIMENT`: short trainings with growing learning rates, and which rate they suggest.

import ArgumentParser
import Experiments
import Foundation
import RunLog
import Runner
import Screen
import Training

struct FindLR: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find-lr",
        abstract: "Suggest a learning rate for an experiment.",
        discussion: """
            Trains from new initial weights for some steps while the learning rate grows from 1e-7 to 10, until the \
            loss is 4 times its minimum, once for each seed. Stores nothing.
            """)

    @Argument(help: ArgumentHelp("Experiment file, or the name of a built-in experiment.", valueName: "file"))
    var file: String

    @OptionGroup var settings: SettingOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var strictOption: StrictOption

    @Option(help: "Number of steps of a training.")
    var steps = 100

    @Option(help: "Number of seeds, counted from the experiment's.")
    var seeds = 3

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if !(20...100_000).contains(steps) { throw ValidationError("--steps must be from 20 to 100000 (got \(steps))") }
        if !(1...100).contains(seeds) { throw ValidationError("--seeds must be from 1 to 100 (got \(seeds))") }
    }

    func run() throws {
        let experiment = try settings.load(file)
        let data = TrainingData(try dataOptions.load(experiment.data.dataset), for: experiment)
        let search = RateSearch(
            experiment, data: data, steps: steps, seeds: seeds, threads: threadOptions.count(on: .current),
            backend: Vgglab.backend)
        try strictOption.warn(of: try explaining { try search.prepare() })
        Signals.install()
        let report = try explaining { try search.run(stop: Signals.stop) }
        guard let report else { throw ExitCode(128 + (Signals.signal ?? 2)) }
        Console.print(
            json ? report.json.text + "\n" : report.text(of: experiment.name, firstSeed: experiment.training.seed))
        if report.suggestions.isEmpty { throw ExitCode(1) }
    }
}

extension RateReport {
    /// The suggestions and the curves.
    fileprivate func text(of name: String, firstSeed: UInt64) -> String {
        var text = chart(firstSeed: firstSeed) + "\n"
        guard let valley = suggestions.first else {
            return text
                + "no suggestion: the loss did not fall by 5 % for most seeds; try more --steps, or another "
                + "initialization\n"
        }
        let width = suggestions.map(\.name.count).max() ?? 0
        for (name, median, range) in suggestions {
            text += "\(name.padded(width))  \(Readable.significant(median).padded(8))"
            text +=
                sweeps.count > 1
                ? "  \(Readable.significant(range.lowerBound)) … \(Readable.significant(range.upperBound))\n" : "\n"
        }
        text += "\nmedian of \(sweeps.count) seed\(sweeps.count == 1 ? "" : "s"), lowest … highest; try "
        return text + "--set training.lr=\(Readable.significant(valley.median))\n"
    }

    /// The smoothed loss over the rate, a curve per seed.
    private func chart(firstSeed: UInt64) -> String {
        let curves = sweeps.enumerated().map { index, sweep in
            // The chart's x axis is linear: the exponent of the rate.
            let samples = zip(sweep.rates, sweep.losses).filter { $0.1.isFinite }.map {
                Curve.Sample(log10($0.0), $0.1)
            }
            return Curve(
                "seed \(firstSeed &+ UInt64(index))", samples: samples, role: .series(index))
        }
        var buffer = CellBuffer(size: Size(columns: 72, rows: 14), glyphs: .unicode)
        buffer.draw(Chart(curves, cutsPeaks: true, xTitle: "log10 rate"), in: buffer.bounds)
        return buffer.lines.map { $0 + "\n" }.joined()
    }

    fileprivate var json: JSON {
        [
            "suggestions": .array(
                suggestions.map {
                    [
                        "name": .string($0.name), "median": .number($0.median), "lowest": .number($0.range.lowerBound),
                        "highest": .number($0.range.upperBound),
                    ]
                }),
            "sweeps": .array(
                sweeps.map {
                    ["rates": .array($0.rates.map(JSON.number)), "losses": .array($0.losses.map(JSON.number))]
                }),
        ]
    }
}
