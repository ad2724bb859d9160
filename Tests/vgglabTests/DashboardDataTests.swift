// The dashboard's images of a run whose data is not found by its name, or has been replaced.

import Foundation
import Testing

@Suite(.serialized, .enabled(if: hasTmux), .timeLimit(.minutes(10))) struct DashboardDataTests {
    private let shelf: Shelf
    private let window: TerminalWindow

    init() throws {
        shelf = try Shelf()
        try #require(try shelf.train(sandboxFile: "tiny.yaml", "--set", "training.epochs=1").status == 0)
        // Other data with the name of the run's data.
        try shelf.sandbox.writeData(in: "home/vgglab/made-up", count: 30)
        window = try TerminalWindow(
            columns: 200, rows: 50,
            environment: [
                "XDG_DATA_HOME": shelf.sandbox.file("home"), "XDG_CONFIG_HOME": shelf.sandbox.file("config"),
                "TERM": "screen-256color",
            ])
    }

    /// Opens the images of the only run.
    private func openImages() throws {
        try window.type("clear; \(try Program.path()) --runs \(shelf.runs) \(shelf.sandbox.tiny)")
        try window.press("Enter")
        try window.wait(for: "tiny-1")
        try window.press("End", "4")
    }

    @Test func `a run's images are those that it was trained on`() throws {
        try openImages()
        // Four of each class, while the data of that name has three.
        try window.wait(for: " of 4 0 ")
    }

    @Test func `without its data a run shows an error in place of images`() throws {
        try shelf.sandbox.writeData(in: "data", count: 50)
        try openImages()
        try window.wait(for: "run tiny-1: the data that it was trained on")
    }
}
