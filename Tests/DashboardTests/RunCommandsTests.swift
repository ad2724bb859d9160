// Keys that pause, stop, restart and delete runs, and their questions.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Commands for runs")
struct RunCommandsTests {
    @Test("s stops and p pauses the selected run; r resumes a paused one")
    func oneRun() throws {
        var state = try Scene.busy()
        #expect(state.type("s") == [.stop(["vgg11-ratio4-3"])])
        #expect(state.type("p") == [.pause(["vgg11-ratio4-3"])])
        _ = state.update(.runs([Scene.run("vgg11-ratio4-3", .paused)]))
        #expect(state.type("p") == [.unpause(["vgg11-ratio4-3"])])
        #expect(state.type("r") == [.unpause(["vgg11-ratio4-3"])])
    }

    @Test("s and p on an experiment apply to its active runs")
    func runsOfExperiment() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        let (vgg11, vgg13) = (Experiment(name: "vgg11"), Experiment(name: "vgg13"))
        let runs = [
            Scene.run("vgg11-2", .running, vgg11), Scene.run("vgg11-1", .completed, vgg11),
            Scene.run("vgg13-1", .running, vgg13),
        ]
        let file = ExperimentEntry(path: "vgg11.yaml", content: .success(vgg11))
        _ = state.update(.experiments([file]))
        _ = state.update(.runs(runs))
        state.type(.end, .up)
        #expect(state.type("s") == [.stop(["vgg11-2"])])
        #expect(state.type("p") == [.pause(["vgg11-2"])])
        #expect(state.type("D") == [])
    }

    @Test("Commands apply to all marked runs that they fit")
    func markedRuns() throws {
        var state = try Scene.busy()
        state.type("a")
        #expect(state.type("s") == [.stop(["vgg11-ratio4-3", "vgg16-ratio4-1", "vgg13-ratio4-1"])])
        #expect(state.type("p") == [.pause(["vgg11-ratio4-3", "vgg16-ratio4-1"])])
        #expect(state.type("r") == [.resume(["quickstart-1"])])
        #expect(state.type("R", "y") == [.restart(["vgg11-lr0.5-1", "vgg11-lr0.01-1", "quickstart-1"])])
    }

    @Test("A run of another process is neither stopped nor paused")
    func othersRun() throws {
        var other = Scene.run("theirs-1")
        other.isOurs = false
        var state = State(size: Size(columns: 120, rows: 36))
        _ = state.update(.runs([other]))
        #expect(state.type("s", "p") == [])
        #expect(state.frame().cells.lines.contains { $0.contains("another process trains theirs-1") })
        #expect(state.frame().cells.lines[3].contains("elsewhere"))
        other.owner = RunEntry.Owner(process: 1234, text: "ann@box, process 1234, since 2026-05-04T10:00:00Z")
        _ = state.update(.runs([other]))
        #expect(state.frame().cells.lines[3].contains("pid 1234"))
        #expect(state.type("s") == [])
        #expect(
            state.frame().cells.lines.contains {
                $0.contains("ann@box, process 1234, since 2026-05-04T10:00:00Z trains theirs-1: stop it there")
            })
        state.type("2")
        #expect(state.frame().cells.lines.contains { $0.contains("trained by  ann@box, process 1234") })
        #expect(state.type("q") == [.quit(stopRuns: false)])
    }

    @Test("Training many ended runs again asks for confirmation")
    func restartMany() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        let names = (1...6).map { "a-\($0)" }
        _ = state.update(.runs(names.map { Scene.run($0, .completed, epoch: 1) }))
        state.type("a")
        #expect(state.type("R", .enter) == [])
        #expect(state.frame().cells.lines.contains { $0.contains("These 6 runs:") })
        guard case .restart(let runs)? = state.type("y").first else { return #expect(Bool(false)) }
        #expect(Set(runs) == Set(names))
    }

    @Test("A replay is labelled, with its speed and the day of its run; nothing is running")
    func replay() throws {
        var state = State(size: Size(columns: 120, rows: 36))
        var run = Scene.run("a-1")
        run.isReplay = true
        _ = state.update(.replay(ReplayInfo(run: "a-1", speed: 30, createdAt: Scene.time)))
        _ = state.update(.runs([run]))
        _ = state.update(.records(try Scene.records(of: run, upTo: 100)))
        let lines = state.frame().cells.lines
        #expect(lines[0].contains("replay of a-1 · 30 × speed · run of 2026-01-01"))
        #expect(lines[3].contains("a-1") && lines[3].contains("replay"))
        #expect(!lines.joined().contains("running") && !lines.joined().contains(" left "))
        #expect(state.isMoving)
    }

    @Test("Processor use is measured between two counts, and unknown before")
    func processorUse() throws {
        let start = ProcessorUse.Count(busy: 5000, total: 10_000, own: 10)
        let end = ProcessorUse.Count(busy: 5194, total: 10_200, own: 160)
        #expect(ProcessorUse(from: start, to: end) == ProcessorUse(all: 0.97, own: 0.75))
        #expect(ProcessorUse(from: start, to: start) == nil)
        var state = State(size: Size(columns: 200, rows: 36))
        var machine = Scene.machine
        machine.processorUse = nil
        _ = state.update(.machine(machine))
        #expect(!state.frame().cells.lines[0].contains("cpu"))
        _ = state.update(.machine(Scene.machine))
        #expect(state.frame().cells.lines[0].contains("cpu 97 %"))
    }

    @Test("J and K move queued runs")
    func queue() throws {
        var state = try Scene.busy()
        state.type(.down, .down)
        #expect(state.type("K") == [.moveInQueue(run: "vgg13-ratio4-1", by: -1)])
        #expect(state.type(.shiftDown) == [.moveInQueue(run: "vgg13-ratio4-1", by: 1)])
        state.type(.up)
        #expect(state.type("J") == [])
    }

    @Test("Deleting asks first, and never deletes active runs")
    func delete() throws {
        var state = try Scene.busy()
        #expect(state.type("D") == [])
        #expect(state.frame().cells.lines.contains { $0.contains("only ended runs can be deleted") })
        state.type("a")
        #expect(state.type("D") == [])
        #expect(state.frame().cells.lines.contains { $0.contains("These 3 runs with all checkpoints:") })
        #expect(state.type(.enter, " ") == [], "what cannot be undone takes more than Enter")
        #expect(state.type(.escape) == [])
        #expect(state.type("D", "y") == [.delete(["vgg11-lr0.5-1", "vgg11-lr0.01-1", "quickstart-1"])])
    }

    @Test("q asks while our runs are active; s stops and saves, Esc goes back")
    func quit() throws {
        var state = try Scene.busy()
        #expect(state.type("q") == [])
        #expect(state.frame().cells.lines.contains { $0.contains("These 3 runs will stop:") })
        #expect(state.type("q", .escape) == [])
        #expect(!state.frame().cells.lines.contains { $0.contains("will stop:") })
        #expect(state.type("q", "s") == [.quit(stopRuns: true)])
    }

    @Test("While runs are saved, the screen lists them; only another Ctrl-C quits at once")
    func ending() throws {
        var state = try Scene.busy()
        state.type("q", "s")
        func screen() -> String { state.frame().cells.lines.joined(separator: "\n") }
        #expect(screen().contains("╭─ Saving ─"))
        #expect(screen().contains("vgg16-ratio4-1, step 400"))
        #expect(state.type("q", .escape, .enter, "s", "n") == [])
        var runs = [Scene.run("vgg11-ratio4-3", .stopped, createdAt: 30)]
        runs.append(Scene.run("vgg16-ratio4-1", .running, createdAt: 31))
        _ = state.update(.runs(runs))
        #expect(!screen().contains("vgg11-ratio4-3, step"))
        #expect(screen().contains("vgg16-ratio4-1, step"))
        runs[1].state = .stopped
        _ = state.update(.runs(runs))
        #expect(screen().contains("All runs are saved."))
        #expect(state.type(.control("c")) == [.abandon])
        #expect(state.update(.input(.signal(2))) == [.abandon])
    }

    @Test("Without our own runs q quits at once")
    func quitAtOnce() {
        var state = State(size: Size(columns: 80, rows: 24))
        #expect(state.type("q") == [.quit(stopRuns: false)])
    }

    @Test("Ctrl-C asks like q, the second one stops; SIGTERM and a lost terminal stop at once")
    func signals() throws {
        var state = try Scene.busy()
        #expect(state.update(.askedToQuit) == [])
        #expect(state.type(.control("c")) == [.quit(stopRuns: true)])
        for end in [Input.signal(15), .hangUp] {
            var state = try Scene.busy()
            #expect(state.update(.input(end)) == [.quit(stopRuns: true)])
            #expect(state.update(.input(end)) == [])
        }
        var asked = try Scene.busy()
        #expect(asked.update(.input(.signal(2))) == [])
        #expect(asked.frame().cells.lines.contains { $0.contains("Quit?") })
    }

    @Test("Enter opens the selected run, Esc goes back")
    func open() throws {
        var state = try Scene.busy()
        #expect(state.type(.enter) == [.loadProfile(run: "vgg11-ratio4-3")])
        #expect(state.frame().cells.lines[1].contains("╭─ vgg11-ratio4-3 ─"))
        state.type(.escape)
        #expect(state.frame().cells.lines[1].contains("Experiments and runs"))
    }
}
