// The only table of keys: input, key bar and help are all generated from it.

package import Screen

/// Where keys are handled.
package enum Context: Hashable, CaseIterable {
    case overview, run, compare, images, log, form, formLine, filter, search, line, sorting, quitting, ending, deleting,
        launching, discarding, help, tooSmall

    init(_ tab: Tab) {
        self =
            switch tab {
            case .overview: .overview
            case .run: .run
            case .compare: .compare
            case .images: .images
            case .log: .log
            }
    }
}

/// A command with its keys.
package struct Binding {
    package let command: Command
    /// The first one is displayed.
    package let keys: [Key]
    package let contexts: Set<Context>
    /// A label for the key bar; `nil` to leave the binding out.
    let label: String?
    /// A line for the help.
    package let help: String

    init(_ command: Command, _ keys: [Key], in contexts: Set<Context>, _ help: String, bar label: String? = nil) {
        self.command = command
        self.keys = keys
        self.contexts = contexts
        self.label = label
        self.help = help
    }
}

package enum Keys {
    private static let tabs: Set<Context> = [.overview, .run, .compare, .images, .log]
    private static let runs: Set<Context> = [.overview, .run]
    private static let charts: Set<Context> = [.overview, .run]
    private static let allCharts: Set<Context> = [.overview, .run, .compare]
    private static let form: Set<Context> = [.form, .formLine]
    private static let everywhere = Set(Context.allCases)

    /// In the order of the key bar, the most important first.
    package static let bindings: [Binding] = [
        Binding(
            .stopAndQuit, [.character("s")], in: [.quitting], "Stop all runs with a checkpoint and quit",
            bar: "stop and save"),
        // Not Enter, which is pressed too easily.
        Binding(.confirm, [.character("y")], in: [.deleting], "Delete", bar: "delete"),
        Binding(.confirm, [.character("y")], in: [.launching], "Launch anyway", bar: "launch"),
        Binding(.confirm, [.character("y")], in: [.discarding], "Discard what was typed", bar: "discard"),
        Binding(
            .addLine, [.control("n"), .insert], in: [.formLine], "Add a block or layer below", bar: "add"),
        Binding(.copyLine, [.control("d"), .function(5)], in: [.formLine], "Copy the block or layer", bar: "copy"),
        Binding(
            .removeLine, [.control("k"), .function(8)], in: [.formLine], "Remove the block or layer", bar: "remove"),
        Binding(
            .lineUp, [.shiftUp, .alt("k")], in: [.formLine], "Move the block or layer up", bar: "up"),
        Binding(
            .lineDown, [.shiftDown, .alt("j")], in: [.formLine], "Move the block or layer down", bar: "down"),
        Binding(.launchForm, [.enter, .control("r")], in: form, "Launch the new experiment", bar: "launch"),
        Binding(.saveForm, [.control("s")], in: form, "Save the experiment under experiments/", bar: "save"),
        Binding(
            .saveAndLaunchForm, [.control("o")], in: form, "Save and launch the experiment", bar: "save and launch"),
        Binding(
            .findRate, [.control("f")], in: [.form, .formLine],
            "Search a learning rate; again: use the next suggestion",
            bar: "find lr"),
        Binding(
            .open, [.enter], in: [.overview], "Launch the selected experiment or all marked ones; open a run",
            bar: "launch"),
        Binding(.open, [.enter], in: [.images], "Show the images of the selected cell", bar: "open cell"),
        Binding(
            .newVariant, [.character("n")], in: runs.union([.launching]), "Create a variant of the selected experiment",
            bar: "new"),
        Binding(.stop, [.character("s")], in: runs, "Stop runs with a checkpoint; remove queued ones", bar: "stop"),
        Binding(.pause, [.character("p")], in: runs, "Pause runs, or resume paused ones", bar: "pause"),
        Binding(
            .mark, [.character(" "), .insert], in: [.overview], "Mark a row: commands and curves use all marked rows",
            bar: "mark"),
        Binding(
            .show(.compare), [.character("c"), .character("3")], in: tabs.subtracting([.compare]),
            "Compare the marked runs", bar: "compare"),
        Binding(
            .filter, [.character("/"), .function(4)], in: [.overview], "Filter: lr>=0.05 vgg13 -failed state=completed",
            bar: "filter"),
        Binding(.search, [.character("/")], in: [.log], "Search", bar: "search"),
        Binding(.nextMatch, [.character("n")], in: [.log], "Go to the next match", bar: "next"),
        Binding(.previousMatch, [.character("N")], in: [.log], "Go to the previous match", bar: "previous"),
        Binding(.allImages, [.character("a")], in: [.images], "Show the first test images", bar: "all"),
        Binding(
            .wrongImages, [.character("w")], in: [.images], "Show misclassified test images", bar: "wrong"),
        Binding(
            .reloadImages, [.character("r")], in: [.images], "Classify again with the current weights",
            bar: "again"
        ),
        Binding(
            .sort, [.character("o"), .function(6)], in: [.overview], "Choose the column to sort by", bar: "sort"),
        Binding(.confirm, [.enter, .character(" ")], in: [.sorting], "Sort by the column", bar: "sort"),
        Binding(.sortReverse, [.character("O")], in: [.overview], "Reverse the order"),
        Binding(
            .axis, [.character("x")], in: charts, "Draw curves over epochs, steps, time or images", bar: "x axis"),
        Binding(.smoothing, [.character("w")], in: charts, "Smooth curves more, or not at all", bar: "smooth"),
        Binding(.logarithmic, [.character("y")], in: charts, "Draw the loss on a logarithmic scale", bar: "log y"),
        Binding(
            .secondChart, [.character("m")], in: runs,
            "Draw accuracy, gradient norm, dead units or speed in the second chart", bar: "metric"),
        Binding(
            .resume, [.character("r")], in: runs, "Resume ended runs from their last checkpoint", bar: "resume"),
        Binding(.restart, [.character("R")], in: runs, "Train ended runs' experiments again from the start"),
        Binding(
            .fork, [.character("f")], in: runs, "Fork a run: start a new one from its checkpoint", bar: "fork"),
        Binding(.tags, [.character("t")], in: runs, "Tag runs", bar: "tags"),
        Binding(.note, [.character("e")], in: runs, "Edit the note of runs", bar: "note"),
        Binding(.delete, [.character("D"), .delete], in: runs, "Delete ended runs"),
        Binding(.earlier, [.character("K"), .shiftUp], in: [.overview], "Move a queued run forward"),
        Binding(.later, [.character("J"), .shiftDown], in: [.overview], "Move a queued run back"),
        Binding(.markAll, [.character("a")], in: [.overview], "Mark all rows, or none"),
        Binding(.show(.overview), [.character("1")], in: tabs, "Overview"),
        Binding(.show(.run), [.character("2")], in: tabs, "One run in full"),
        Binding(.show(.images), [.character("4")], in: tabs, "Test images, confusion matrix and filters"),
        Binding(.show(.log), [.character("5"), .character("L")], in: tabs, "Log"),
        Binding(.nextPanel, [.tab], in: [.overview, .images], "Go to the next panel"),
        Binding(.previousPanel, [.backTab], in: [.overview, .images], "Go to the previous panel"),
        Binding(.palette, [.character("C")], in: tabs, "Switch to the next colour palette"),
        Binding(.maximize, [.character("z")], in: [.overview], "Maximise a panel, or restore it"),
        Binding(.zoomIn, [.character("+"), .character("=")], in: allCharts, "Zoom into the curves around the cursor"),
        Binding(.zoomOut, [.character("-")], in: allCharts, "Zoom out"),
        Binding(
            .left, [.left, .character("h")], in: allCharts.union([.images]), "Move the cursor left to read the curves"),
        Binding(.right, [.right, .character("l")], in: allCharts.union([.images]), "Move the cursor right"),
        Binding(.panLeft, [.character("["), .shiftLeft], in: allCharts, "Pan left"),
        Binding(.panRight, [.character("]"), .shiftRight], in: allCharts, "Pan right"),
        Binding(.wholeCurve, [.character("0")], in: allCharts, "Show whole curves without a cursor"),
        Binding(.up, [.up, .character("k")], in: tabs.union([.help, .sorting]), "Move up"),
        Binding(.down, [.down, .character("j")], in: tabs.union([.help, .sorting]), "Move down"),
        Binding(.up, [.up], in: form, "Go to the previous row"),
        Binding(.down, [.down], in: form, "Go to the next row"),
        Binding(.previousPanel, [.backTab], in: form, "Go to the previous field, past blocks and layers"),
        Binding(.nextPanel, [.tab], in: form, "Go to the next field, past blocks and layers"),
        Binding(.pageUp, [.pageUp], in: form, "Go up by ten rows"),
        Binding(.pageDown, [.pageDown], in: form, "Go down by ten rows"),
        Binding(.pageUp, [.pageUp, .control("b")], in: tabs.union([.help, .sorting]), "Move up by a page"),
        Binding(.pageDown, [.pageDown, .control("f")], in: tabs.union([.help, .sorting]), "Move down by a page"),
        Binding(.first, [.home, .character("g")], in: tabs.union([.help, .sorting]), "Go to the first row"),
        Binding(.last, [.end, .character("G")], in: tabs.union([.help, .sorting]), "Go to the last row"),
        Binding(.confirm, [.enter], in: [.filter, .search, .line], "Apply the text", bar: "apply"),
        Binding(.back, [.escape], in: [.overview], "Clear cursor, filter and marks"),
        Binding(
            .back, [.escape], in: everywhere.subtracting([.overview, .ending, .tooSmall]), "Go back", bar: "back"),
        Binding(.help, [.character("?"), .function(1)], in: tabs, "Show all keys", bar: "help"),
        Binding(.help, [.function(1)], in: form, "Show all keys", bar: "help"),
        Binding(
            .quit, [.character("q"), .function(10)], in: tabs.union([.tooSmall]), "Quit; asks while runs are training",
            bar: "quit"),
        Binding(.redraw, [.control("l")], in: everywhere, "Redraw the screen"),
        Binding(.suspend, [.control("z")], in: everywhere, "Suspend to the shell; fg returns"),
    ]

    private static let table: [Context: [Key: Command]] = {
        var table: [Context: [Key: Command]] = [:]
        for binding in bindings {
            for context in binding.contexts {
                for key in binding.keys where table[context]?[key] == nil {
                    table[context, default: [:]][key] = binding.command
                }
            }
        }
        return table
    }()

    /// Returns the command that a key gives in a context.
    static func command(_ key: Key, in context: Context) -> Command? { table[context]?[key] }

    /// Returns the key bar's items in a context.
    static func bar(in context: Context) -> [(command: Command, key: Key, label: String)] {
        bindings.compactMap { binding in
            guard binding.contexts.contains(context), let label = binding.label, let key = binding.keys.first else {
                return nil
            }
            return (binding.command, key, label)
        }
    }

    /// Returns a key's displayed name.
    static func name(of key: Key) -> String {
        switch key {
        case .character(" "): "Space"
        case .character(let character): String(character)
        case .control(let character): "Ctrl-\(String(character).uppercased())"
        case .alt(let character): "Alt-\(character)"
        case .function(let number): "F\(number)"
        case .enter: "Enter"
        case .escape: "Esc"
        case .tab: "Tab"
        case .backTab: "Shift-Tab"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .insert: "Ins"
        case .up: "↑"
        case .down: "↓"
        case .left: "←"
        case .right: "→"
        case .shiftUp: "Shift-↑"
        case .shiftDown: "Shift-↓"
        case .shiftLeft: "Shift-←"
        case .shiftRight: "Shift-→"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        }
    }
}
