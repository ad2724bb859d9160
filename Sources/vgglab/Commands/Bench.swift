// `vgglab bench EXPERIMENT`: the speed of a bare training step and where its time goes; with --peers, beside TensorFlow
// and PyTorch.

import ArgumentParser
import Engine
import Experiments
import Foundation
import Model
import RunLog
import Runner
import Training

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a training step: images per second, time of each layer and pass, share of the peak, memory.",
        discussion: """
            Uses synthetic images of the experiment's shape, so it needs no data. A step is forward, loss, backward and \
            update, without loading or evaluation. Multiply-accumulates are counted as for direct convolution; \
            Winograd needs fewer and can exceed 100 % of the peak. With --peers, TensorFlow, PyTorch and vgglab take \
            turns at the same step; the first use installs them into a folder beside vgglab's sources.
            """)

    @Argument(help: ArgumentHelp("Experiment file.", valueName: "file"))
    var file: String

    @OptionGroup var settings: SettingOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var strictOption: StrictOption

    @Option(help: "Number of timed steps; the median is reported.")
    var steps = 7

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Also measure TensorFlow and PyTorch, in alternating rounds; needs vgglab's sources and Python.")
    var peers = false

    @Option(help: "With --peers: rounds.")
    var rounds: Int?

    func validate() throws {
        if let rounds, !peers || !(1...1000).contains(rounds) {
            throw ValidationError("--rounds must be from 1 to 1000 and needs --peers")
        }
        if !(1...10_000).contains(steps) { throw ValidationError("--steps must be from 1 to 10000 (got \(steps))") }
    }

    func run() throws {
        let machine = Machine.current
        var experiment = try settings.load(file)
        // The benchmark creates as many images as it needs.
        (experiment.data.limitTrain, experiment.data.limitTest) = (nil, nil)
        let facts = try? DataOptions.parse([]).facts(of: experiment.data.dataset)
        let prepared = try explaining {
            try PreparedExperiment(
                experiment,
                data: .blank(
                    like: experiment.data, numClasses: facts?.numClasses ?? 10, channels: facts?.numChannels ?? 1),
                threads: threadOptions.count(on: machine),
                machine: machine, backend: Vgglab.backend)
        }
        try strictOption.warn(of: prepared)
        if facts == nil {
            Console.say("note: data set \(experiment.data.dataset) was not found; measuring with 10 classes")
        }
        if peers { try runPeers(threads: prepared.threads) }
        let model = try explaining { try prepared.makeModel() }
        let report = try explaining { try measure(prepared, model, machine) }
        Console.print(json ? report.json.text + "\n" : report.text)
    }

    private func measure(
        _ prepared: PreparedExperiment, _ model: any TrainableModel, _ machine: Machine
    ) throws -> BenchReport {
        let count = prepared.experiment.data.batchSize
        let side = prepared.network.inputSide
        // Multiplicative hashing spreads the pixels over 0 to 1; their values do not affect the time.
        let pixels = (0..<count * side * side).map { Float(UInt16(truncatingIfNeeded: $0 &* 40503)) / 65535 }
        let labels = (0..<count).map { Int32($0 % prepared.network.numClasses) }

        let peak = try peakOperationsPerSecond(threads: prepared.threads)
        var stepSeconds: [Double] = []
        var evaluationSeconds: [Double] = []
        var profiles: [[PassTime]] = []
        var peakMemoryBytes = 0
        try pixels.withUnsafeBufferPointer { pixels in
            try labels.withUnsafeBufferPointer { labels in
                func train(step: Int, isProfiled: Bool = false) throws -> BatchResult? {
                    try model.train(
                        pixels: pixels, labels: labels, step: step,
                        learningRate: prepared.experiment.training.learningRate, isProfiled: isProfiled
                    ) { false }
                }
                for step in 0..<2 { _ = try train(step: step) }
                for step in 0..<steps {
                    let begin = monotonicSeconds()
                    _ = try train(step: step)
                    stepSeconds.append(monotonicSeconds() - begin)
                }
                // Before anything but training allocates memory.
                peakMemoryBytes = Machine.peakMemoryBytes
                for round in 0..<steps + 1 {
                    let begin = monotonicSeconds()
                    _ = try model.evaluate(pixels: pixels, labels: labels)
                    // The first evaluation compiles.
                    if round > 0 { evaluationSeconds.append(monotonicSeconds() - begin) }
                }
                for step in 0..<min(steps, 5) {
                    profiles.append(try train(step: step, isProfiled: true)?.profile ?? [])
                }
            }
        }
        return BenchReport(
            prepared: prepared, engine: model.summary, machine: machine.summary, stepSeconds: stepSeconds,
            evaluationSeconds: evaluationSeconds, profiles: profiles, peakOperationsPerSecond: peak,
            peakMemoryBytes: peakMemoryBytes)
    }

    /// Replaces this process by the script that measures vgglab and its peers; returns only by throwing.
    private func runPeers(threads: Int) throws {
        let script = try Self.peersScript()
        var call = [script, "compare", URL(filePath: file).path, "--threads", "\(threads)", "--steps", "\(steps)"]
        if let rounds { call += ["--rounds", "\(rounds)"] }
        call += settings.overrides.flatMap { ["--set", $0] } + (json ? ["--json"] : [])
        var arguments = call.map { strdup($0) } + [nil]
        execv(script, &arguments)
        throw Failure(message: "\(script): \(String(cString: strerror(errno)))")
    }

    /// The script in the sources that the program was built from, or else in the current folder.
    private static func peersScript() throws -> String {
        let name = "Benchmarks/run"
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let above = sequence(first: URL(filePath: program ?? "/")) {
            $0.path == "/" ? nil : $0.deletingLastPathComponent()
        }
        let places = above.map(\.path) + [FileManager.default.currentDirectoryPath]
        let paths = places.map { URL(filePath: $0).appending(path: name).path }
        guard let found = paths.first(where: FileManager.default.isExecutableFile) else {
            throw Failure(
                message: "--peers needs \(name), which comes with vgglab's sources; call it from their folder, "
                    + "or the program in their .build")
        }
        return found
    }
}
