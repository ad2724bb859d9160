// The form for new variants: every key checks, what passes can be launched or saved.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Form for a new variant")
struct VariantFormTests {
    /// The form on `vgg11-ratio4`, with the text cursor behind the network's name.
    private func form() throws -> State {
        var state = try Scene.busy()
        state.type("/vgg11-ratio4")
        state.type(.enter, .end, "n")
        return state
    }

    private func screen(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    @Test("Typing changes the experiment, its name and its costs; Enter launches it")
    func launch() throws {
        var state = try form()
        state.type(.tab, .backspace, "1", "6")
        #expect(screen(state).contains("name           vgg11-ratio4-ratio16"))
        #expect(screen(state).contains("block 5   32×7×7"))
        let effects = state.type(.enter)
        var expected = Scene.experiment("vgg11-ratio4-ratio16", ratio: 16)
        expected.description = ""
        #expect(effects == [.launch([LaunchRequest(experiment: expected)])])
        #expect(screen(state).contains("Experiments and runs"))
    }

    @Test("What cannot be says why, is not launched, and takes the text cursor to the field")
    func flaw() throws {
        var state = try form()
        state.type(.tab, .backspace, "7", .tab)
        #expect(screen(state).contains("ratio: ratio 7 does not divide the channels"))
        #expect(state.type(.enter) == [])
        let cursor = try #require(state.frame().cursor)
        #expect(state.frame().cells.lines[cursor.y].contains("│ ratio          7"))
        #expect(screen(state).contains("ratio 7 does not divide the channels"))
    }

    @Test("A name that was typed stays; an empty one is made up again")
    func name() throws {
        var state = try form()
        state.type(.up, .control("u"))
        state.type("mine")
        state.type(.tab, .tab, .backspace, "8")
        #expect(screen(state).contains("name           mine"))
        let effects = state.type(.control("s"))
        guard case .saveExperiment(let experiment)? = effects.first else { return #expect(Bool(false), "\(effects)") }
        #expect(experiment.name == "mine" && experiment.network.ratio == 8)
    }

    @Test("Blocks may stand in place of a variant, also when they are pasted")
    func blocks() throws {
        var state = try form()
        state.type(.control("u"))
        _ = state.update(.input(.paste("[[1, 32], [2, 64]]\n")))
        #expect(screen(state).contains("block 2   16×56×56"))
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.first?.experiment.network.blocks.count == 2)
    }

    @Test("Saving and launching can be done at once")
    func both() throws {
        var state = try form()
        let effects = state.type(.control("o"))
        #expect(effects.count == 2)
        guard case .saveExperiment = effects[0], case .launch = effects[1] else { return #expect(Bool(false)) }
    }

    @Test("A fork begins at a run's last checkpoint with its settings")
    func fork() throws {
        var state = try Scene.busy()
        state.type("f")
        #expect(screen(state).contains("Fork of vgg11-ratio4-3"))
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.first?.parent == LaunchRequest.Fork(run: "vgg11-ratio4-3"))
    }

    @Test("An experiment that has not trained cannot be forked")
    func noFork() throws {
        var state = try form()
        state.type(.escape, "f")
        #expect(screen(state).contains("fork goes on from a run's checkpoint"))
    }

    @Test("A click selects a field, Esc closes the form")
    func mouse() throws {
        var state = try form()
        let lines = state.frame().cells.lines
        let row = try #require(lines.firstIndex { $0.contains("│ epochs ") })
        _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: 20, y: row)))))
        #expect(state.frame().cursor?.y == row)
        #expect(state.type(.escape) == [])
        #expect(!screen(state).contains("New from"))
    }

    @Test("Epoch times are predicted from what was measured here, with evaluation")
    func prediction() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        _ = state.update(.experiments([ExperimentEntry(path: "a", content: .success(Scene.experiment("a")))]))
        state.type("n")
        #expect(screen(state).contains("not measured here yet"))
        let network = try Scene.experiment("a").network(numClasses: 10)
        _ = state.update(
            .speeds([SpeedSample(trainingMACs: network.trainingMACs, examplesPerSecond: 100, threads: 1)]))
        // 60,000 pictures at 100 a second, and 10,000 at the forward pass's share of the work.
        let seconds = 600 + 100 * Double(network.forwardMACs) / Double(network.trainingMACs)
        #expect(screen(state).contains("about \(Int((seconds / 60).rounded())) min"))
        // A network of another size says less of this one.
        _ = state.update(.speeds([SpeedSample(trainingMACs: 1_000_000, examplesPerSecond: 100, threads: 1)]))
        #expect(screen(state).contains("very roughly"))
    }
}
