// The form for new variants: every key validates it, and valid experiments can be launched or saved.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Form for a new variant")
struct VariantFormTests {
    /// The form on `vgg11-ratio4`, with the text cursor after the network's name.
    private func form(rows: Int = 36) throws -> State {
        var state = try Scene.busy(rows: rows)
        state.type("/vgg11-ratio4")
        state.type(.enter, .end, "n")
        return state
    }

    private func screen(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    @Test("Typing changes the experiment, its name and its costs; Enter launches it")
    func launch() throws {
        var state = try form()
        state.type(.tab, .backspace, "1", "6")
        #expect(screen(state).contains("name           vgg11-ratio16"))
        #expect(screen(state).contains("block 5   32×7×7"))
        let effects = state.type(.enter)
        var expected = Scene.experiment("vgg11-ratio16", ratio: 16)
        expected.description = ""
        #expect(effects == [.launch([LaunchRequest(experiment: expected)])])
        #expect(screen(state).contains("Experiments and runs"))
    }

    @Test("Invalid input shows why, is not launched, and moves the text cursor to the field")
    func flaw() throws {
        var state = try form()
        state.type(.tab, .backspace, "7", .tab)
        #expect(screen(state).contains("ratio: ratio 7 does not divide the channels"))
        #expect(state.type(.enter) == [])
        let cursor = try #require(state.frame().cursor)
        #expect(state.frame().cells.lines[cursor.y].contains("│ ratio          7"))
        #expect(screen(state).contains("ratio 7 does not divide the channels"))
    }

    @Test("All problems are shown at once, and costs use the last valid values")
    func flaws() throws {
        var state = try form()
        state.type(.tab, "7")
        for _ in 0..<16 { state.type(.down) }
        state.type("-", "1")
        #expect(screen(state).contains("ratio: ratio 7 does not divide the channels"))
        #expect(screen(state).contains("learning rate: "))
        #expect(screen(state).contains(#/costs with +ratio 4 /#))
        #expect(screen(state).contains("block 5   128×7×7"))
        // A learning rate costs nothing.
        for _ in 0..<16 { state.type(.up) }
        state.type("8")
        #expect(screen(state).contains("learning rate: "))
        #expect(!screen(state).contains("costs with") && screen(state).contains("block 5   64×7×7"))
        state.type(.backTab, .backTab, "a", "/", "b")
        #expect(screen(state).contains("name: ") && screen(state).contains("block 5   64×7×7"))
        #expect(state.type(.enter) == [])
    }

    @Test("The reason why Enter was refused is shown until it is fixed")
    func refusal() throws {
        var state = try form()
        func notice() -> String { state.frame().cells.lines[34] }
        state.type(.tab, "7", .enter)
        #expect(notice().contains("does not divide"))
        state.type(.tab)
        #expect(notice().contains("does not divide"))
        state.type(.backTab, "8")
        #expect(!notice().contains("does not divide"))
        state.type("7", .enter, .escape, "y")
        #expect(!notice().contains("does not divide"))
    }

    @Test("Choices are shown between arrows, including named networks, which can be replaced by typed blocks")
    func choices() throws {
        var state = try form(rows: 50)
        #expect(screen(state).contains(/network +‹ vgg11 ›/))
        #expect(screen(state).contains(/precision +‹ float32 ›/))
        #expect(screen(state).contains(/optimizer +‹ sgd ›/))
        state.type(.right)
        #expect(screen(state).contains(/network +‹ vgg11-lrn ›/))
        state.type(.right)
        #expect(screen(state).contains(/network +‹ vgg13 ›/) && screen(state).contains(#/name +vgg13-ratio4 /#))
        state.type(.left, .left, .left, .right)
        #expect(screen(state).contains(/network +‹ vgg11 ›/))
        state.type("[[1, 32], [2, 64]]")
        #expect(screen(state).contains("block 2   16×56×56"))
        state.type(.left, .left, .left, .backspace, "8")
        #expect(screen(state).contains(/network +\[\[1, 32\], \[2, 84\]\]/), "arrows move in what was typed")
        state.type(.control("u"), .right)
        #expect(screen(state).contains(/network +‹ lenet ›/))
        #expect(!screen(state).contains(#/ratio +4 /#) && !screen(state).contains(/classifier +\[/))
    }

    @Test("Insufficient memory, in total or free, is shown in words and colour")
    func memory() throws {
        var state = try form()
        func role() -> Role? {
            let cells = state.frame().cells
            guard let row = cells.lines.firstIndex(where: { $0.contains(" memory    ") }),
                let column = cells.lines[row].column(of: "about")
            else { return nil }
            return cells[column, row].style.role
        }
        #expect(role() == .normal)
        var machine = Scene.machine
        machine.memoryUsedBytes = machine.memoryTotalBytes - 1 << 29
        _ = state.update(.machine(machine))
        #expect(role() == .warning && screen(state).contains("GiB, more than the 0.5 GiB that are free"))
        state.type(.tab, "1", .tab, .tab, .tab, .tab, .tab, .tab)
        state.type("8192")
        #expect(role() == .bad && screen(state).contains("GiB, more than the machine's 24.0 GiB"))
        _ = state.update(.input(.resized(Size(columns: 80, rows: 24))))
        #expect(role() == .bad && screen(state).contains("  the machine's 24.0 GiB"), "narrow, it takes two lines")
    }

    @Test("A setting is in the form where it has an effect")
    func effect() throws {
        var state = try form()
        #expect(screen(state).contains("momentum ") && !screen(state).contains("beta 1"))
        for _ in 0..<16 { state.type(.tab) }
        state.type(.right)
        #expect(screen(state).contains(/optimizer +‹ adam ›/))
        #expect(!screen(state).contains("momentum ") && screen(state).contains(#/beta 1 +0.9 /#))
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

    @Test("Blocks can replace a variant, also when they are pasted")
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

    @Test("Typing into a newly selected field replaces its text; arrows keep it")
    func replaces() throws {
        var state = try form()
        state.type(.tab, "8")
        #expect(screen(state).contains(#/ratio +8 /#))
        state.type(.tab, .up, .right, "6")
        #expect(screen(state).contains(#/ratio +86 /#))
        state.type(.tab, .up, .backspace, "2")
        #expect(screen(state).contains(#/ratio +2 /#))
        for _ in 0..<40 where !screen(state).contains(#/seed +17 /#) {
            state.type(.tab)
            let row = state.frame().cursor.map { state.frame().cells.lines[$0.y] } ?? ""
            if row.contains("│ seed ") { state.type("1", "7") }
        }
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.first?.experiment.training.seed == 17)
    }

    @Test("Limits of images have fields; an empty text and all mean none")
    func limits() throws {
        var state = try form()
        #expect(screen(state).contains(#/train images +all /#) && screen(state).contains(#/test images +all /#))
        state.type(.tab, .tab, .tab, .tab, .tab, .tab, .tab, .tab, .tab)
        state.type("2560")
        state.type(.tab, .backspace)
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.first?.experiment.data.limitTrain == 2560)
        #expect(requests.first?.experiment.data.limitTest == nil)
        #expect(requests.first?.experiment.name == "vgg11-ratio4-train2560")
    }

    @Test("The run launched by the form is selected, unless the filter hides it or another row has been selected")
    func launchedRun() throws {
        var state = try Scene.busy()
        state.type(.down, .down, .down, "n", .tab, "8")
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        _ = state.update(.launched(requests[0], .success("mine-1")))
        #expect(screen(state).contains("launched mine-1"))
        var run = Scene.run("mine-1", .queued, requests[0].experiment, queue: 1)
        run.createdAt = 99
        _ = state.update(.runs([Scene.run("other-1"), run]))
        state.type(.enter)
        #expect(screen(state).contains("╭─ mine-1 ─"))
        state.type(.escape, "n", .tab, "2")
        guard case .launch(let more)? = state.type(.enter).first else { return #expect(Bool(false)) }
        state.type("/other")
        state.type(.enter)
        _ = state.update(.launched(more[0], .success("hidden-1")))
        _ = state.update(.runs([Scene.run("other-1"), run, Scene.run("hidden-1", .queued, more[0].experiment)]))
        #expect(screen(state).contains("launched hidden-1, which the filter hides"))
    }

    @Test("A form with the settings of an existing run shows that, as long as they are the same")
    func twin() throws {
        var state = try Scene.busy()
        state.type(.end, "n")
        #expect(screen(state).contains("the same as quickstart-1, seed included"))
        state.type(.tab, "8")
        #expect(!screen(state).contains("the same as"))
    }

    @Test("Esc asks before it discards edits")
    func discard() throws {
        var state = try form()
        state.type(.tab, "8", .escape)
        #expect(screen(state).contains("Discard?"))
        state.type(.escape)
        #expect(screen(state).contains("New from") && screen(state).contains(#/ratio +8 /#))
        state.type(.escape, "y")
        #expect(!screen(state).contains("New from") && !screen(state).contains("Discard?"))
    }

    @Test("An experiment that cannot be saved reappears as typed, unless a run has it")
    func notSaved() throws {
        var state = try Scene.busy()
        state.type("n", .tab, .backspace, "8", .control("s"))
        #expect(!screen(state).contains("New from"))
        _ = state.update(.notSaved("experiments/a.yaml cannot be made: No space left on device"))
        #expect(screen(state).contains("New from"))
        #expect(screen(state).contains(/ratio +8/))
        #expect(screen(state).contains("No space left"))
        state.type(.control("o"))
        _ = state.update(.notSaved("no"))
        #expect(!screen(state).contains("New from"))
    }

    @Test("A fork starts from a run's newest checkpoint with its settings, and requests the list of checkpoints")
    func fork() throws {
        var state = try Scene.busy()
        #expect(state.type("f") == [.loadCheckpoints(run: "vgg11-ratio4-3")])
        #expect(screen(state).contains("Fork of vgg11-ratio4-3"))
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.first?.parent == LaunchRequest.Fork(run: "vgg11-ratio4-3"))
    }

    private let checkpoints = [
        CheckpointEntry(step: 1407, epoch: 4, testAccuracy: 0.871, isBest: false),
        CheckpointEntry(step: 1407, epoch: 3, testAccuracy: 0.868, isBest: false),
        CheckpointEntry(step: 938, epoch: 3, testAccuracy: 0.872, isBest: true),
        CheckpointEntry(step: 500, epoch: 2, isInsideEpoch: true, testAccuracy: 0.85, isBest: false),
    ]

    @Test("A fork can start from any stored checkpoint, shown with its step and accuracy")
    func checkpoint() throws {
        var state = try Scene.busy()
        state.type("f")
        _ = state.update(.checkpoints(run: "another", []))
        _ = state.update(.checkpoints(run: "vgg11-ratio4-3", checkpoints))
        #expect(screen(state).contains(/begins at +end of epoch 3, step 1,407/))
        #expect(screen(state).contains(/test accuracy +0\.871\s/))
        for _ in 0..<13 { state.type(.up) }
        state.type(.right)
        #expect(screen(state).contains("previous, best"))
        #expect(screen(state).contains(/begins at +end of epoch 2, step 938/))
        state.type(.right)
        #expect(screen(state).contains(/begins at +inside epoch 2, step 500/))
        #expect(screen(state).contains(/test accuracy +0\.850 after epoch 1/))
        state.type(.left)
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.first?.parent == LaunchRequest.Fork(run: "vgg11-ratio4-3", step: 938))
    }

    @Test("A fork of a completed run trains more epochs, and reports if there are none left")
    func forkOfDone() throws {
        var state = try Scene.busy()
        state.type(.end, .up, "f")
        _ = state.update(
            .checkpoints(
                run: "vgg11-lr0.01-1",
                [CheckpointEntry(step: 4690, epoch: 11, testAccuracy: 0.861, isBest: true)]))
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.first?.experiment.training.epochs == 15)
        state.type("f")
        _ = state.update(
            .checkpoints(
                run: "vgg11-lr0.01-1",
                [CheckpointEntry(step: 4690, epoch: 11, testAccuracy: 0.861, isBest: true)]))
        for _ in 0..<9 { state.type(.tab) }
        state.type(.control("u"), "9")
        #expect(screen(state).contains("epochs: already trained for 10 epochs; enter more"))
        #expect(state.type(.enter) == [])
    }

    @Test("A fork cannot change the network's shape")
    func forkShape() throws {
        var state = try Scene.busy()
        state.type("f")
        #expect(!screen(state).contains("│ ratio"))
        #expect(screen(state).contains("dropout"))
    }

    @Test("An experiment that has not trained cannot be forked")
    func noFork() throws {
        var state = try form()
        state.type(.escape, "f")
        #expect(screen(state).contains("fork starts from a run's checkpoint"))
    }

    @Test("A click selects a field, Esc closes the form")
    func mouse() throws {
        var state = try form(rows: 50)
        let lines = state.frame().cells.lines
        let row = try #require(lines.firstIndex { $0.contains("│ epochs ") })
        _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: 20, y: row)))))
        #expect(state.frame().cursor?.y == row)
        #expect(state.type(.escape) == [])
        #expect(!screen(state).contains("New from"))
    }

    @Test("Epoch times are predicted from speeds measured here, with evaluation")
    func prediction() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        _ = state.update(.experiments([ExperimentEntry(path: "a", content: .success(Scene.experiment("a")))]))
        _ = state.update(.dataset(Scene.fashionMNIST))
        state.type("n")
        #expect(screen(state).contains("not measured yet"))
        let network = try Scene.experiment("a").network(numClasses: 10)
        _ = state.update(.speeds([SpeedSample(network, batchSize: 128, examplesPerSecond: 100, threads: 1)]))
        // 60,000 images at 100 images/s, and 10,000 at a third of the work.
        let minutes = Int((633.3 / 60).rounded())
        #expect(screen(state).contains("about \(minutes) min"))
        // Of two measurements of the same network, the faster one shows the machine's speed.
        _ = state.update(
            .speeds([
                SpeedSample(network, batchSize: 128, examplesPerSecond: 100, threads: 1),
                SpeedSample(network, batchSize: 128, examplesPerSecond: 20, threads: 1),
            ]))
        #expect(screen(state).contains("about \(minutes) min"))
        // A network of another size is a worse predictor.
        let small = try Scene.experiment("b", resize: 32).network(numClasses: 10)
        _ = state.update(.speeds([SpeedSample(small, batchSize: 128, examplesPerSecond: 100, threads: 1)]))
        #expect(screen(state).contains("roughly"))
    }
}
