// The costs of experiments and runs, depending on what is known about their data.

import Dashboard
import Experiments
import RunLog
import Screen
import Testing

@Suite("Costs")
struct CostTests {
    private var letters: Experiment {
        var experiment = Scene.experiment("letters", resize: 32)
        experiment.data.dataset = "letters"
        experiment.network.classifier = [64]
        return experiment
    }

    private func facts(_ classes: Int, train: Int = 60_000) -> DatasetFacts {
        DatasetFacts(
            name: "letters", numClasses: classes, trainExamples: train, testExamples: train / 6, height: 28, width: 28)
    }

    private func state(_ runs: RunEntry...) -> (State, [Effect]) {
        var state = State(size: Size(columns: 160, rows: 50))
        var effects = state.update(.experiments([ExperimentEntry(path: "a", content: .success(letters))]))
        if !runs.isEmpty { effects += state.update(.runs(runs)) }
        return (state, effects)
    }

    private func run(_ data: DatasetFacts?) -> RunEntry {
        var status = RunStatus(.completed)
        (status.step, status.stepsPerEpoch, status.createdAt) = (10, 10, 1)
        return RunEntry(
            name: "letters-1", experiment: letters, status: status,
            data: RunData(summary: "letters from /data", checksum: "abc", facts: data))
    }

    private func text(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    /// Whether the last layer is shown with this width and its parameters.
    private func shows(_ classes: Int, _ state: State) throws -> Bool {
        let network = try letters.network(numClasses: classes)
        let parameters = Readable.count(try #require(network.layers.last).parameters)
        let line = try #require(state.frame().cells.lines.first { $0.contains("linear 2") })
        return line.contains(" \(classes) ") && line.contains(" \(parameters) ")
    }

    @Test("Each layer of the classifier has its measured time")
    func measuredTimes() throws {
        var run = run(facts(10))
        run.state = .running
        var (state, _) = state(run)
        let network = try letters.network(numClasses: 10)
        let linear = network.layers.indices.filter { network.layers[$0].linear != nil }
        #expect(linear.count == 2)
        // A different share than that of their multiply-accumulates, including the ReLU or dropout before the second.
        let shares = [
            LayerShare(layer: 0, share: 0.4), LayerShare(layer: linear[0], share: 0.125),
            LayerShare(layer: linear[1] - 1, share: 0.05), LayerShare(layer: linear[1], share: 0.325),
            LayerShare(layer: nil, share: 0.1),
        ]
        state.type("2")
        func line(_ label: String) -> String { state.frame().cells.lines.first { $0.contains(label) } ?? "" }
        _ = state.update(.profile(run: run.name, shares))
        #expect(line("block 1").contains(" 40 % ") && line("linear 1").contains(" 18 % "))
        #expect(line("linear 2").contains(" 33 % ") && line("│ loss ").contains(" 10 % "))
    }

    @Test("Nothing is guessed about data that was not read, and it is requested once")
    func unknown() throws {
        var (state, effects) = state()
        #expect(effects == [.loadFacts(dataset: "letters")])
        #expect(try #require(state.frame().cells.lines.first { $0.contains("linear 2") }).contains(" ? "))
        #expect(text(state).contains("linear 1  64 "))
        #expect(text(state).contains("parameters, memory and time: unknown until the data is read"))
        #expect(state.type("n") == [])
        #expect(text(state).ranges(of: "unknown until the data is read").count >= 4)
    }

    @Test("Experiments have the classes of the data that was found", arguments: [2, 37, 47, 62, 256])
    func found(classes: Int) throws {
        var (state, _) = state()
        _ = state.update(.dataset(facts(classes)))
        #expect(try shows(classes, state))
        let parameters = try letters.network(numClasses: classes).parameters
        #expect(text(state).contains("\(Readable.magnitude(parameters)) parameters"))
        state.type("n")
        #expect(try shows(classes, state))
        #expect(text(state).contains(Readable.count(parameters)))
    }

    @Test("Runs have the classes that they recorded, whatever is found now", arguments: [2, 37, 47, 62, 256])
    func recorded(classes: Int) throws {
        var (state, _) = state(run(facts(classes)))
        // The run's row is the last one.
        state.type(.end)
        #expect(try shows(classes, state))
        _ = state.update(.dataset(facts(10)))
        #expect(try shows(classes, state))
        state.type("2")
        #expect(try shows(classes, state))
        state.type("1", .home)
        #expect(try shows(10, state))
    }

    @Test("An experiment without data on this machine uses what its newest run recorded")
    func newestRun() throws {
        let (state, _) = state(run(facts(47)))
        #expect(try shows(47, state))
    }

    @Test("Facts recorded by version 0.1.0 are completed by the data that is found, if it can be the same")
    func older() throws {
        let old = DatasetFacts(name: "letters", numClasses: 47, trainExamples: 500, testExamples: 100)
        var (state, _) = state(run(old))
        state.type(.end)
        #expect(try shows(47, state))
        #expect(!text(state).contains("MiB"))
        _ = state.update(.dataset(facts(10)))
        #expect(try shows(47, state))
        _ = state.update(.dataset(facts(47)))
        #expect(try shows(47, state))
        #expect(text(state).contains("MiB"))
    }

    @Test("Runs are compared by their own networks")
    func compared() throws {
        var other = run(facts(256))
        other.name = "letters-2"
        var (state, _) = state(run(facts(2)), other)
        state.type(.end, " ", .up, " ", "c")
        for classes in [2, 256] {
            let parameters = Readable.magnitude(try letters.network(numClasses: classes).parameters)
            #expect(state.frame().cells.lines.contains { $0.contains("parameters") && $0.contains(parameters) })
        }
    }

    @Test("Time and memory are based on the actual images")
    func images() throws {
        func costs(_ train: Int) throws -> (time: String, memory: String) {
            var (state, _) = state()
            _ = state.update(.dataset(facts(3, train: train)))
            let network = try letters.network(numClasses: 3)
            _ = state.update(.speeds([SpeedSample(network, batchSize: 128, examplesPerSecond: 1000, threads: 1)]))
            state.type("n")
            func line(_ label: String) throws -> String {
                let line = try #require(state.frame().cells.lines.first { $0.contains(" \(label)  ") })
                return String(line.dropFirst(try #require(line.column(of: "about "))).prefix { $0 != "│" })
            }
            return (try line("per epoch"), try line("memory"))
        }
        // 600 images at 1,000 images/s, and 100 at a third of the work.
        #expect(try costs(600).time.hasPrefix("about 0.6 s "))
        #expect(try costs(60_000).time.hasPrefix("about 1 min 03 s "))
        #expect(try costs(50).memory != costs(60_000).memory)
    }

    @Test("Measured values replace predictions, during a run and after its end")
    func measured() throws {
        var state = State(size: Size(columns: 240, rows: 50))
        var run = Scene.run("a-1")
        run.createdAt = 1
        _ = state.update(.runs([run]))
        _ = state.update(.dataset(Scene.fashionMNIST))
        // The machine could train it ten times as fast.
        let network = try run.experiment.network(numClasses: 10)
        _ = state.update(.speeds([SpeedSample(network, batchSize: 128, examplesPerSecond: 767, threads: 2)]))
        #expect(text(state).contains("about 1 min 23 s per epoch"), "it has not run")
        // Half of the first epoch, at 76.7 images per second.
        _ = state.update(.records(try Scene.records(of: run, upTo: 230)))
        #expect(text(state).contains("· 13 min per epoch"))
        #expect(!text(state).contains("about 1 min"))
        let records = try Scene.records(of: run, upTo: 2 * Scene.stepsPerEpoch)
        _ = state.update(.records(records))
        #expect(text(state).contains("· 13 min per epoch"))
        let end = RunSummary(
            outcome: .stopped, step: 938, lastEpoch: nil, bestEpoch: nil, examplesPerSecond: 76.7,
            stepExamplesPerSecond: 76.7, elapsedSeconds: 1600, peakMemoryBytes: 3 << 30)
        _ = state.update(
            .records([RunRecord(run: "a-1", sequence: records.count, time: 0, event: .runFinished(end))]))
        #expect(text(state).contains("· peak 3.0 GiB · 13 min per epoch"))
    }

    @Test("A limit is shown with the total number of images, in the list and for one or several runs")
    func limits() throws {
        var limited = Scene.experiment("a")
        (limited.data.limitTrain, limited.data.limitTest) = (2560, 70_000)
        let runs = [
            Scene.run("a-1", .completed, limited, epoch: 1, createdAt: 2),
            Scene.run("b-1", .completed, Scene.experiment("b"), epoch: 1, createdAt: 1),
        ]
        var state = State(size: Size(columns: 120, rows: 36))
        _ = state.update(.runs(runs))
        #expect(text(state).contains("2,560/70,000"))
        #expect(text(state).contains("2,560 of 60,000 training images, 10,000 test images"))
        state.type(.down)
        #expect(!text(state).contains("to train"), "there is no limit")
        state.type("2")
        #expect(text(state).contains("60,000 training images, 10,000 test images"))
        state.type("1", "a", "c")
        #expect(text(state).contains(/train images +2,560 of 60,000 +60,000/))
        #expect(text(state).contains(/test images +10,000 +10,000/), "a limit above all leaves none out")
    }

    @Test("A limit of data that was not read is shown alone")
    func unknownLimit() throws {
        var limited = letters
        limited.data.limitTrain = 2560
        var state = State(size: Size(columns: 160, rows: 50))
        _ = state.update(.experiments([ExperimentEntry(path: "a", content: .success(limited))]))
        #expect(text(state).contains("at most 2,560 training images, all test images"))
    }
}
