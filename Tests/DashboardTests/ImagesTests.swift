// The view of test images.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Images")
struct ImagesTests {
    private func text(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    @Test("The view requests a run's images once; a cell of the matrix requests its own")
    func asks() throws {
        var state = try Scene.busy()
        #expect(state.type("4") == [.loadPredictions(run: "vgg11-ratio4-3", .wrong)])
        #expect(state.isMoving)
        #expect(state.type(.down) == [])
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(Scene.report())))
        #expect(text(state).contains("Confusion matrix"))
        #expect(
            state.type(.down, .right, .enter) == [
                .loadPredictions(run: "vgg11-ratio4-3", .cell(truth: 1, prediction: 1))
            ])
        #expect(state.type("w") == [.loadPredictions(run: "vgg11-ratio4-3", .wrong)])
        #expect(state.type("a") == [.loadPredictions(run: "vgg11-ratio4-3", .all)])
    }

    @Test("Images that were requested too early arrive with the first checkpoint")
    func afterCheckpoint() throws {
        var state = try Scene.busy()
        state.type("4")
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .failure(Problem("there is none yet"))))
        func saved(_ run: String) -> Message {
            let saved = CheckpointSaved(step: 2000, epoch: 5, byteCount: 1, seconds: 1)
            return .records([RunRecord(run: run, sequence: 5000, time: 0, event: .checkpointSaved(saved))])
        }
        #expect(state.update(saved("vgg16-ratio4-1")) == [])
        #expect(state.update(saved("vgg11-ratio4-3")) == [.loadPredictions(run: "vgg11-ratio4-3", .wrong)])
        #expect(state.update(saved("vgg11-ratio4-3")) == [])
    }

    @Test("A cell is described in words")
    func words() throws {
        var state = try Scene.busy()
        state.type("4")
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(Scene.report())))
        for _ in 0..<6 { state.type(.down) }
        #expect(text(state).contains("100 of 1,011 shirt classified as t-shirt (9.9 %)"))
    }

    @Test("The reason for missing images is shown, and an answer about another run is skipped")
    func problem() throws {
        var state = try Scene.busy()
        state.type("4")
        _ = state.update(.predictions(run: "other", .wrong, .success(Scene.report())))
        #expect(text(state).contains("classifying the test images"))
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .failure(Problem("there is no checkpoint yet"))))
        #expect(text(state).contains("there is no checkpoint yet"))
    }

    @Test("An answer to an outdated question is skipped; titles match what is shown")
    func answersCarryTheirQuestion() throws {
        var state = try Scene.busy()
        state.type("4")
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(Scene.report())))
        #expect(text(state).contains("Misclassified test images"))
        state.type("a", "w", "a")
        #expect(text(state).contains("Misclassified test images") && text(state).contains("classifying"))
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(Scene.report())))
        #expect(text(state).contains("classifying"))
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .all, .success(Scene.report())))
        #expect(text(state).contains("─ Test images ─") && !text(state).contains("classifying"))
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(Scene.report())))
        #expect(text(state).contains("─ Test images ─"))
    }

    @Test(
        "A matrix of many classes is scrolled to the selected cell, with complete numbers",
        arguments: [
            ColorDepth.full, .monochrome,
        ])
    func manyClasses(_ colors: ColorDepth) throws {
        var state = try Scene.busy(columns: 120, rows: 40)
        state.type("4")
        var report = Scene.report()
        report.classes = (0..<62).map { "class \($0)" }
        report.confusion = (0..<62).map { row in (0..<62).map { row == $0 ? 1000 : row + $0 } }
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(report)))
        func lines() -> [String] { state.frame(colors: colors).cells.lines }
        #expect(lines().contains { $0.contains("class 0  1000    1    2") })
        #expect(lines()[1].contains("of 62 classes"))
        for _ in 0..<61 { state.type(.down, .right) }
        #expect(lines().contains { $0.contains("class 61") && $0.contains("119  120  121 1000") })
        #expect(lines().joined().contains("1,000 of"))
        // A click selects the cell that is visible there.
        let row = try #require(lines().firstIndex { $0.contains("class 60 ") })
        let column = try #require(lines()[row].column(of: " 1000"))
        _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: column + 2, y: row)))))
        #expect(lines().joined().contains("class 60 classified correctly"))
    }

    @Test("Below the matrix are the accuracy over all images, and recall and precision of the class")
    func figures() throws {
        var state = try Scene.busy()
        state.type("4")
        var report = Scene.report()
        (report.classes, report.confusion) = (["cat", "dog"], [[8, 2], [1, 1009]])
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(report)))
        // 8 of 8 + 2 are found, 8 of 8 + 1 are correct.
        #expect(text(state).contains("accuracy 0.997: 1,017 of 1,020 test images"))
        #expect(text(state).contains("cat: recall 0.800, precision 0.889"))
        state.type(.down)
        #expect(text(state).contains("dog: recall 0.999, precision 0.998"))
        report.confusion = [[0, 3], [0, 0]]
        state.type("r")
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(report)))
        #expect(text(state).contains("accuracy 0.000: 0 of 3 test images"))
        #expect(text(state).contains("dog: recall –, precision 0.000"))
    }

    @Test("Damaged reports are drawn as far as possible")
    func damaged() throws {
        var state = try Scene.busy()
        state.type("4")
        var report = Scene.report()
        report.confusion = [[1], [], [3, 4, 5]]
        report.classes = []
        report.images[0].pixels = [1, 2]
        report.images[1].truth = 99
        report.images[2].probability = .nan
        report.filters = [[.nan], Array(repeating: .infinity, count: 9)]
        _ = state.update(.predictions(run: "vgg11-ratio4-3", .wrong, .success(report)))
        state.type(.down, .down, .right, .right, .tab)
        #expect(text(state).contains("class 99"))
    }
}
