// Charts: axes, cursor, zoom, overlay.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Curves")
struct CurvesTests {
    private func text(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    @Test("Keys change axis, smoothing and scale, which are saved as preferences")
    func preferences() throws {
        var state = try Scene.busy()
        var kept: [Preferences] = []
        for effect in state.type("x", "w", "y") {
            if case .savePreferences(let preferences) = effect { kept.append(preferences) }
        }
        #expect(kept.map(\.axis) == [.step, .step, .step])
        #expect(kept.map(\.smoothing) == [0.9, 0.97, 0.97])
        #expect(kept.map(\.isLossLogarithmic) == [false, false, true])
        #expect(text(state).contains("log · (smoothed 0.97)"))
        #expect(kept.last.map { Preferences(text: $0.text) } == kept.last)
    }

    @Test("m changes the metric in the second chart")
    func metrics() throws {
        var state = try Scene.busy()
        #expect(text(state).contains("Accuracy"))
        state.type("m")
        #expect(text(state).contains("Gradient norm"))
        #expect(!text(state).contains("Accuracy"))
        let charts = ["Dead units", "Learning rate", "Images per second", "Accuracy"].map { title in
            state.type("m")
            return text(state).contains(title)
        }
        #expect(charts == [true, true, true, true])
    }

    @Test("The cursor is at samples and shows their own position; 0 clears it")
    func cursor() throws {
        var state = try Scene.busy()
        state.type(.right)
        // Every tenth of 469 steps is recorded.
        #expect(text(state).contains("epoch 0.06"))
        let atStart = state.frame().cells.lines[2]
        state.type(.left, .left)
        #expect(text(state).contains("epoch 0.02"))
        #expect(state.frame().cells.lines[2] != atStart)
        state.type("x", .right)
        #expect(text(state).contains("step 30"))
        state.type("0")
        #expect(!text(state).contains("step 30"))
    }

    /// A run of three epochs of ten steps with one point per step: training loss 100 + step, test loss 10 × epoch.
    private func steps(of name: String, upTo last: Int) -> [RunRecord] {
        var records: [RunRecord] = []
        func add(_ event: RunEvent) {
            records.append(RunRecord(run: name, sequence: records.count + 1, time: 0, event: event))
        }
        for step in 1...last {
            let epoch = (step - 1) / 10 + 1
            let steps = (10 * (epoch - 1) + 1...step).map { 100 + Double($0) }
            add(
                .progress(
                    Progress(
                        epoch: epoch, step: step, stepInEpoch: step - 10 * (epoch - 1), stepsPerEpoch: 10,
                        loss: 100 + Double(step), meanLoss: steps.reduce(0, +) / Double(steps.count), meanAccuracy: 0.5,
                        examplesPerSecond: 80, elapsedSeconds: Double(step) * 1.5, remainingSeconds: nil)))
            guard step.isMultiple(of: 10) else { continue }
            add(
                .epochFinished(
                    EpochMetrics(
                        epoch: epoch, step: step, trainLoss: 1, trainAccuracy: 0.5, testLoss: 10 * Double(epoch),
                        testAccuracy: epoch == 2 ? 0.9 : 0.1, examplesPerSecond: 80, stepExamplesPerSecond: 80,
                        elapsedSeconds: Double(step) * 1.5 + 1, remainingSeconds: 0)))
        }
        return records
    }

    private func state(_ runs: [(name: String, last: Int)], axis: Preferences.Axis) -> State {
        var preferences = Preferences()
        (preferences.smoothing, preferences.axis) = (0, axis)
        var state = State(size: Size(columns: 120, rows: 36), preferences: preferences)
        _ = state.update(.runs(runs.map { Scene.run($0.name, .completed, epoch: $0.last / 10) }))
        for run in runs { _ = state.update(.history(run: run.name, steps(of: run.name, upTo: run.last))) }
        return state
    }

    @Test(
        "The value at the cursor is the sample's own, and a dash where there is none",
        arguments: [
            Preferences.Axis.step, .epoch, .time, .images,
        ])
    func readings(_ axis: Preferences.Axis) throws {
        var state = state([("long", 30), ("short", 17)], axis: axis)
        state.type("a")
        var labels: [String] = []
        for _ in 0..<40 {
            state.type(.right)
            let lines = state.frame().cells.lines
            let label = try #require(lines[1].split(separator: "─").last { $0.contains(/\d/) }).trimmed
            labels.append(label)
            let number = try #require(Double(label.filter { $0.isNumber || $0 == "." }.replacing(":", with: "")))
            let legend = lines[2...3].joined(separator: " ")
            let values = legend.matches(of: /(long|short) (–|[0-9.]+)( ╌╌ (–|[0-9.]+))?/)
            let step: Int? =
                switch axis {
                case .step: Int(number)
                case .epoch: Int((number * 10).rounded())
                case .images: nil
                case .time: nil
                }
            guard let step else { continue }
            for value in values {
                let last = value.1 == "long" ? 30 : 17
                #expect(value.2 == (step <= last ? "\(100 + step).0" : "–"), "\(legend) at \(label)")
                guard let test = value.4 else { continue }
                let isMeasured = step.isMultiple(of: 10) && step <= last
                #expect(test == (isMeasured ? "\(step).00" : "–"), "\(legend) at \(label)")
            }
        }
        // No position is shown twice, except the end.
        let last = try #require(labels.last)
        #expect(labels.prefix { $0 != last }.count == Set(labels).count - 1)
    }

    @Test("The cursor does not jump over an isolated test value")
    func testValues() throws {
        var state = state([("long", 30)], axis: .step)
        var seen: [String] = []
        for _ in 0..<40 {
            state.type(.right)
            let legend = state.frame().cells.lines[2]
            if let value = legend.firstMatch(of: /test ([0-9.]+)/) { seen.append(String(value.1)) }
        }
        #expect(Set(seen) == ["10.00", "20.00", "30.00"])
    }

    @Test("Compared test accuracies are drawn unsmoothed, so that a collapse is visible")
    func collapse() throws {
        var state = state([("one", 30), ("two", 20)], axis: .epoch)
        state.type("a", "c")
        #expect(text(state).contains("Test accuracy over time"))
        #expect(text(state).contains("one 0.100"), "the last one, not the best one")
        #expect(text(state).contains("two 0.900"))
    }

    @Test("Zooming shows half, around the cursor; the cursor moves the window")
    func zoom() throws {
        var state = try Scene.busy()
        state.type("+", "+")
        let axis = try #require(state.frame().cells.lines.first { $0.contains("epoch│") })
        #expect(axis.contains("3.0"))
        for _ in 0..<80 { state.type(.left) }
        #expect(
            text(state).contains("epoch 1.") || text(state).contains("epoch 0.") || text(state).contains("epoch 2."))
        state.type("-", "-", "-")
        let whole = try Scene.busy()
        state.type("0")
        #expect(text(state) == text(whole))
    }

    @Test("Clicking and dragging in a chart moves the cursor, the wheel zooms")
    func mouse() throws {
        var state = try Scene.busy()
        _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: 90, y: 8)))))
        let first = text(state)
        #expect(first.contains("· epoch "))
        _ = state.update(.input(.mouse(Mouse(.drag, at: Point(x: 100, y: 8)))))
        #expect(text(state) != first)
        _ = state.update(.input(.mouse(Mouse(.release, at: Point(x: 100, y: 8)))))
        let before = state.frame().cells.lines[13]
        _ = state.update(.input(.mouse(Mouse(.scrollUp, at: Point(x: 100, y: 8)))))
        #expect(state.frame().cells.lines[13] != before)
    }

    @Test("Zooming without curves shows all, and leaves the cursor movable")
    func zoomOfNothing() throws {
        var state = try Scene.busy()
        // The third run is queued.
        state.type(.left, .down, .down, "+", .left, .right)
        #expect(text(state).contains("│  + vgg13-ratio4-1"))
    }

    @Test("Marked runs share a chart in constant colours")
    func overlay() throws {
        var state = try Scene.busy()
        func style(of name: String) throws -> Style {
            let cells = state.frame().cells
            for row in 2...4 {
                if let column = cells.lines[row].column(of: "── \(name)") { return cells[column, row].style }
            }
            throw Problem("\(name) is not in the legend")
        }
        state.type(" ", " ")
        let first = try style(of: "vgg11-ratio4-3")
        #expect(try style(of: "vgg16-ratio4-1") != first)
        state.type(.escape, .home, " ", .end, " ")
        #expect(try style(of: "vgg11-ratio4-3") == first)
    }

    @Test("Compared runs show settings that differ first")
    func compare() throws {
        var state = try Scene.busy()
        state.type("a", "c")
        let lines = state.frame().cells.lines
        let differs = try #require(lines.firstIndex { $0.contains("Settings that differ") })
        let figures = try #require(lines.firstIndex { $0.contains("Results") })
        #expect(differs < figures)
        #expect(lines[differs...figures].contains { $0.contains("training.lr") })
        #expect(lines.contains { $0.contains("time to 80 %") })
        _ = state.update(.input(.resized(Size(columns: 80, rows: 24))))
        #expect(!text(state).contains("training MACs"))
        state.type(.end)
        #expect(text(state).contains("training MACs") && !text(state).contains("Settings that differ"))
    }
}

extension Substring {
    fileprivate var trimmed: String { split(separator: " ").joined(separator: " ") }
}
