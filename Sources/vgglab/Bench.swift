// `vgglab bench EXPERIMENT`: how fast a bare training step is, and where its time goes.

import ArgumentParser
import Engine
import Experiments
import RunLog
import Runner
import Training

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a training step: pictures a second, each layer's passes, share of the peak, memory.",
        discussion: """
            Made-up pictures of the experiment's shape, so that no data is needed; forward, loss, backward and update, \
            without loading or evaluation. Multiply-accumulates are counted as direct convolution has them; Winograd \
            needs fewer and can pass 100 % of the peak.
            """)

    @Argument(help: ArgumentHelp("Experiment file.", valueName: "file"))
    var file: String

    @OptionGroup var settings: SettingOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var strictOption: StrictOption

    @Option(help: "Steps that are timed; their median counts.")
    var steps = 7

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if !(1...10_000).contains(steps) { throw ValidationError("--steps must be from 1 to 10000 (got \(steps))") }
    }

    func run() throws {
        let machine = Machine.current
        let experiment = try settings.load(file)
        let prepared = try explaining {
            try PreparedExperiment(
                experiment, data: .blank(like: experiment.data), threads: threadOptions.count(on: machine),
                machine: machine)
        }
        try strictOption.warn(of: prepared)
        let model = try explaining { try prepared.makeModel() }
        let report = try explaining { try measure(prepared, model, machine) }
        Console.print(json ? report.json.text + "\n" : report.text)
    }

    private func measure(_ prepared: PreparedExperiment, _ model: VGGModel, _ machine: Machine) throws -> BenchReport {
        let count = prepared.experiment.data.batchSize
        let side = prepared.network.inputSide
        // Spread over 0 to 1 by multiplicative hashing; what the pixels are does not change the time.
        let pixels = (0..<count * side * side).map { Float(UInt16(truncatingIfNeeded: $0 &* 40503)) / 65535 }
        let labels = (0..<count).map { Int32($0 % prepared.network.numClasses) }

        let peak = try VGGModel.peakOperationsPerSecond(threads: prepared.threads)
        var stepSeconds: [Double] = []
        var profiles: [[PassTime]] = []
        try pixels.withUnsafeBufferPointer { pixels in
            try labels.withUnsafeBufferPointer { labels in
                for step in 0..<2 { _ = try model.train(pixels: pixels, labels: labels, step: step) }
                for step in 0..<steps {
                    let begin = monotonicSeconds()
                    _ = try model.train(pixels: pixels, labels: labels, step: step)
                    stepSeconds.append(monotonicSeconds() - begin)
                }
                for step in 0..<min(steps, 5) {
                    profiles.append(try model.profile(pixels: pixels, labels: labels, step: step))
                }
            }
        }
        return BenchReport(
            prepared: prepared, engine: model.summary, machine: machine.summary, stepSeconds: stepSeconds,
            profiles: profiles, peakOperationsPerSecond: peak, peakMemoryBytes: Machine.peakMemoryBytes)
    }
}
