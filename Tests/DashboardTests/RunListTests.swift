// The list: order, filter, marks, and a stable selection.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("List of experiments and runs")
struct RunListTests {
    /// The names in the list from the top, as on the screen.
    private func names(_ state: State) -> [String] {
        let rows = state.frame().cells.lines.dropFirst(3).prefix { !$0.hasPrefix("╰") }
        return rows.compactMap { row in
            let words = row.split(whereSeparator: { " │●█".contains($0) }).map(String.init)
            return words.count > 1 ? words[1] : nil
        }
    }

    private func state() throws -> State { try Scene.busy(columns: 100, rows: 60) }

    @Test("Running runs are first, then the queue, experiments, invalid files, and ended runs")
    func ownOrder() throws {
        #expect(
            names(try state()) == [
                "vgg11-ratio4-3", "vgg16-ratio4-1", "vgg13-ratio4-1", "quickstart", "vgg11", "vgg11-lr0.01",
                "vgg11-ratio4", "vgg11-ratio8", "vgg13-ratio4", "vgg16-ratio4", "experiments/broken.yaml:4:",
                "vgg11-lr0.5-1", "vgg11-lr0.01-1", "quickstart-1",
            ])
    }

    @Test("A menu lists the columns to sort by; selecting the same one again reverses the order")
    func menu() throws {
        var state = try state()
        state.type("o", .down)
        #expect(state.frame().cells.lines.contains { $0.contains("╭─ Sort by ─") })
        func saved(_ effects: [Effect]) -> String {
            for case .savePreferences(let new) in effects { return "\(new.sortColumn) \(new.isDescending)" }
            return ""
        }
        #expect(saved(state.type(.enter)) == "name false")
        #expect(saved(state.type("o", .enter)) == "name true")
        #expect(names(state).first == "vgg16-ratio4-1")
        #expect(saved(state.type("o", .home, .enter)) == " false")
        #expect(state.type("o", .down, .escape) == [])
        state.type("o")
        let lines = state.frame().cells.lines
        let row = try #require(lines.firstIndex { $0.contains("learning rate") })
        let column = try #require(lines[row].column(of: "learning rate"))
        #expect(saved(state.update(.input(.mouse(Mouse(.press, at: Point(x: column, y: row)))))) == "lr false")
    }

    @Test("An invalid file has no learning rate to compare")
    func brokenFilter() throws {
        var state = try state()
        state.type("/lr>0 state=broken")
        #expect(state.frame().cells.lines[1].contains("0 of 14"))
    }

    @Test("Sorting by a column puts rows without a value last, and can be reversed")
    func sorting() throws {
        var state = try state()
        let heading = state.frame().cells.lines[2]
        let column = try #require(heading.column(of: "best"))
        let click = Message.input(.mouse(Mouse(.press, at: Point(x: column + 1, y: 2))))
        #expect(
            state.update(click).contains {
                if case .savePreferences(let new) = $0 { new.sortColumn == "best" } else { false }
            })
        #expect(names(state).prefix(3) == ["vgg11-ratio4-3", "quickstart-1", "vgg11-lr0.01-1"])
        state.type("O")
        #expect(names(state).prefix(3) == ["vgg11-lr0.01-1", "quickstart-1", "vgg11-ratio4-3"])
        #expect(state.frame().cells.lines[2].contains("best▲"))
    }

    @Test("A filter works while it is typed; an invalid one shows why and leaves the last valid one active")
    func filter() throws {
        var state = try state()
        state.type("/lr<0.05")
        #expect(names(state) == ["quickstart", "vgg11-lr0.01", "vgg11-lr0.01-1", "quickstart-1"])
        state.type(" quick")
        #expect(names(state) == ["quickstart", "quickstart-1"])
        state.type("=")
        #expect(names(state) == ["quickstart", "quickstart-1"])
        #expect(state.frame().cells.lines.last?.contains("quick=: write key=value") == true)
        #expect(state.frame().cells.lines[1].contains("2 of 14 · /lr<0.05 quick "), "the one in force is shown")
        state.type(.enter)
        #expect(state.frame().cells.lines.last?.contains("quick=: write key=value") == true, "the error stays")
        state.type(.backspace, .backspace, .backspace, .backspace, .backspace, .backspace, .backspace, .enter)
        #expect(state.frame().cells.lines[1].contains("4 of 14 · /lr<0.05"))
        state.type(.escape)
        #expect(names(state).count == 14)
    }

    @Test("The selected row stays selected when rows are inserted before it")
    func selection() throws {
        var state = try state()
        state.type(.down, .down, .down)
        // It was trained before, which needs confirmation.
        state.type(.enter, .escape)
        _ = state.update(.runs([Scene.run("new-1"), Scene.run("new-2")]))
        #expect(state.type(.enter) == [launch("quickstart", resize: 32, lr: 0.02, epochs: 7)])
    }

    @Test("Launching again what was trained before, or is about to be, asks for confirmation and names it")
    func twins() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        let experiment = Scene.experiment("a")
        _ = state.update(.experiments([ExperimentEntry(path: "a.yaml", content: .success(experiment))]))
        let request = LaunchRequest(experiment: experiment, path: "a.yaml")
        #expect(state.type(.enter) == [.launch([request])])
        func isAsked(_ text: String) -> Bool { state.frame().cells.lines.contains { $0.contains(text) } }
        // Pressing Enter four times creates one run.
        #expect(state.type(.enter, .enter, .enter) == [])
        #expect(isAsked("with the same seed 0: a."))
        state.type(.escape)
        _ = state.update(.launched(request, .success("a-1")))
        _ = state.update(.runs([Scene.run("a-1", .completed, experiment, epoch: 1)]))
        #expect(state.type(.home, .enter) == [])
        #expect(isAsked("with the same seed 0: a-1."))
        #expect(state.type("y") == [.launch([request])])
        _ = state.update(.launched(request, .failure(Problem("the disk is full"))))
        #expect(isAsked("the disk is full"))
        state.type(.enter, "n")
        #expect(isAsked("New from a"))
        // Another seed is another run.
        var other = experiment
        other.training.seed = 1
        _ = state.update(.experiments([ExperimentEntry(path: "a.yaml", content: .success(other))]))
        #expect(state.type(.escape, .enter) == [.launch([LaunchRequest(experiment: other, path: "a.yaml")])])
    }

    @Test("More than a few runs, or more than an hour, need confirmation, with the predicted time")
    func much() throws {
        func state(_ experiments: [Experiment]) -> State {
            var state = State(size: Size(columns: 120, rows: 36))
            _ = state.update(
                .experiments(experiments.map { ExperimentEntry(path: "\($0.name).yaml", content: .success($0)) }))
            return state
        }
        var handful = state((1...5).map { Scene.experiment("e\($0)", epochs: $0) })
        handful.type("a")
        guard case .launch(let requests)? = handful.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.count == 5)
        var many = state((1...6).map { Scene.experiment("e\($0)", epochs: $0) })
        many.type("a")
        #expect(many.type(.enter, .enter) == [])
        #expect(many.frame().cells.lines.contains { $0.contains("These 6 runs:") })
        #expect(many.type("y").count == 1)
        var long = state([Scene.experiment("long")])
        let network = try Scene.experiment("long").network(numClasses: 10)
        _ = long.update(.dataset(Scene.fashionMNIST))
        _ = long.update(.speeds([SpeedSample(network, batchSize: 128, examplesPerSecond: 100, threads: 1)]))
        #expect(long.type(.enter) == [])
        #expect(long.frame().cells.lines.contains { $0.contains("Training takes about 1 h 46 min.") })
    }

    @Test("Sort column and filter are always visible")
    func whatShapes() throws {
        var preferences = Preferences()
        preferences.sortColumn = "batch"
        var state = State(size: Size(columns: 120, rows: 36), preferences: preferences)
        _ = state.update(.experiments(Scene.experiments))
        #expect(state.frame().cells.lines[2].contains("batch▲"))
        state.type("/best>=0.83 -vgg13 lr<0.1")
        state.type(.enter)
        #expect(state.frame().cells.lines[1].contains("0 of 8 · /best>=0.83 -vgg13 lr<0.1 "))
    }

    @Test("Seeds and limits have columns if there is room")
    func seedsAndLimits() throws {
        var experiment = Scene.experiment("a")
        experiment.training.seed = 42
        (experiment.data.limitTrain, experiment.data.limitTest) = (2560, nil)
        var state = State(size: Size(columns: 200, rows: 50))
        _ = state.update(.runs([Scene.run("a-1", .completed, experiment, epoch: 1)]))
        let lines = state.frame().cells.lines
        #expect(lines[2].contains("limits seed"))
        #expect(lines[3].contains("2,560/all   42"))
    }

    @Test("Enter starts all marked experiments and clears the marks")
    func launchMarked() throws {
        var state = try state()
        state.type("/ready")
        state.type(.enter, " ", " ")
        #expect(state.type(.enter) == [])
        let effects = state.type("y")
        #expect(
            effects == [
                .launch([
                    request("quickstart", resize: 32, lr: 0.02, epochs: 7), request("vgg11", ratio: 1),
                ])
            ])
        #expect(!state.frame().cells.lines[1].contains("marked"))
    }

    @Test("An invalid file shows its error instead of being started")
    func broken() throws {
        var state = try state()
        state.type("/broken")
        #expect(state.type(.enter, .enter) == [])
        #expect(state.frame().cells.lines.contains { $0.contains("training.lr must be greater than 0 (got -0.1)") })
    }

    @Test("An empty list shows what to do")
    func empty() {
        var state = State(size: Size(columns: 80, rows: 24))
        #expect(state.frame().cells.lines.contains { $0.contains("loading experiments and runs") })
        _ = state.update(.experiments([]))
        #expect(state.frame().cells.lines.contains { $0.contains("no experiments here: n creates one") })
    }

    private func request(
        _ name: String, ratio: Int = 4, resize: Int = 224, lr: Double = 0.05, epochs: Int = 10
    ) -> LaunchRequest {
        LaunchRequest(
            experiment: Scene.experiment(name, ratio: ratio, lr: lr, epochs: epochs, resize: resize),
            path: "experiments/\(name).yaml")
    }

    private func launch(_ name: String, resize: Int = 224, lr: Double = 0.05, epochs: Int = 10) -> Effect {
        .launch([request(name, resize: resize, lr: lr, epochs: epochs)])
    }
}
