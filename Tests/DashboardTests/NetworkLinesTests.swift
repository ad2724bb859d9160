// The lines of a network in the form: each block or layer is edited by itself, and every key validates all of them.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Blocks and layers in the form")
struct NetworkLinesTests {
    /// The form on `vgg11-ratio4`, with the network's field selected.
    private func form(columns: Int = 120, rows: Int = 36) throws -> State {
        var state = try Scene.busy(columns: columns, rows: rows)
        state.type("/vgg11-ratio4")
        state.type(.enter, .end, "n")
        return state
    }

    /// The form on a list of layers, with the network's field selected.
    private func leNet(columns: Int = 120, rows: Int = 50) throws -> State {
        var state = State(size: Size(columns: columns, rows: rows))
        var experiment = Experiment(name: "lenet")
        experiment.network.use(.leNet)
        experiment.data.resize = 28
        _ = state.update(.experiments([ExperimentEntry(path: "a", content: .success(experiment))]))
        _ = state.update(.dataset(Scene.fashionMNIST))
        state.type("n")
        return state
    }

    private func screen(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    /// The row of the screen whose label is this.
    private func row(_ label: String, _ state: State) throws -> Int {
        try #require(state.frame().cells.lines.firstIndex { $0.contains("│ \(label) ") }, "\(label)")
    }

    /// The text of the row with this label, up to a note behind it.
    private func text(_ label: String, _ state: State) throws -> String {
        let line = state.frame().cells.lines[try row(label, state)]
        let start = try #require(line.firstRange(of: "│ \(label) ")).upperBound
        let text = line[start...].drop { $0 == " " }
        return String(text[..<(text.firstRange(of: "  ")?.lowerBound ?? text.endIndex)])
    }

    /// The label of the row with the text cursor.
    private func selected(_ state: State) throws -> String {
        let cursor = try #require(state.frame().cursor)
        let line = state.frame().cells.lines[cursor.y]
        let match = try #require(line.firstMatch(of: #/│ ([a-z]+ (?:\d+)?)/#), "\(line)")
        return match.1.trimmingSpaces
    }

    private func launched(_ state: inout State) throws -> Experiment {
        guard case .launch(let requests)? = state.type(.enter).first else {
            throw Missing.launch
        }
        return try #require(requests.first).experiment
    }

    private enum Missing: Error { case launch }

    private func pairs(_ network: NetworkRecipe) -> [[Int]] { network.blocks.map { [$0.numConvs, $0.outChannels] } }

    @Test("A named network has a line for each block, below its name, with what it makes")
    func shown() throws {
        let state = try form()
        let lines = state.frame().cells.lines
        let first = try row("network", state)
        for (index, text) in ["[1, 64]", "[1, 128]", "[2, 256]", "[2, 512]", "[2, 512]"].enumerated() {
            #expect(lines[first + 1 + index].contains("│ block \(index + 1)  \(text) "))
        }
        #expect(lines[first + 3].contains("2 conv 3×3 → 64 "), "the channels are divided by the ratio")
        #expect(lines[first + 6].contains("│ ratio "))
    }

    @Test("Editing a block makes the network one of own blocks, with its costs, its name and the launched network")
    func edit() throws {
        var state = try form()
        state.type(.down, .down, .down)
        #expect(try selected(state) == "block 3")
        state.type("[3, 1024]")
        #expect(try text("block 3", state) == "[3, 1024]")
        #expect(try text("network", state) == "‹ own blocks ›")
        #expect(screen(state).contains("block 3   256×28×28"))
        #expect(try text("name", state) == "vgg11-ratio4-block3-3-1024")
        let experiment = try launched(&state)
        #expect(pairs(experiment.network) == [[1, 64], [1, 128], [3, 1024], [2, 512], [2, 512]])
        #expect(experiment.network.ratio == 4 && experiment.name == "vgg11-ratio4-block3-3-1024")
    }

    @Test("A block can be a mapping that says more")
    func mapping() throws {
        var state = try form()
        state.type(.down)
        state.type("{convs: 1, channels: 64, norm: batch}")
        #expect(!screen(state).contains("block 1: "))
        let experiment = try launched(&state)
        #expect(experiment.network.blocks[0] == Block(numConvs: 1, outChannels: 64, norm: .batch))
    }

    @Test("Lines are added, copied, moved and removed")
    func change() throws {
        var state = try form()
        state.type(.down, .control("n"))
        #expect(try selected(state) == "block 2" && text("block 3", state) == "[1, 128]")
        state.type("[1, 96]")
        #expect(try text("block 2", state) == "[1, 96]")
        state.type(.shiftUp)
        #expect(try selected(state) == "block 1" && text("block 1", state) == "[1, 96]")
        state.type(.shiftUp)
        #expect(try text("block 1", state) == "[1, 96]", "there is no room above the first")
        state.type(.alt("j"), .shiftDown)
        #expect(try selected(state) == "block 3" && text("block 3", state) == "[1, 96]")
        state.type(.control("d"))
        #expect(try selected(state) == "block 4" && text("block 4", state) == "[1, 96]")
        state.type(.control("k"))
        #expect(try selected(state) == "block 4" && text("block 4", state) == "[2, 256]")
        state.type(.function(8), .down, .control("k"))
        #expect(try selected(state) == "block 4", "below the removed last line there is none")
        #expect(screen(state).contains("block 4   128×14×14"))
        let experiment = try launched(&state)
        #expect(experiment.name == "vgg11-ratio4-blocks1-64-1-128-1-96-2-512")
        #expect(pairs(experiment.network) == [[1, 64], [1, 128], [1, 96], [2, 512]])
    }

    @Test("A mistake is shown with its line; the other lines and their costs keep working")
    func flaw() throws {
        var state = try form()
        state.type(.down, .down)
        state.type("[2, 12")
        #expect(screen(state).contains("block 2: the [ that opens here is not closed; close it with ]"))
        #expect(screen(state).contains(/costs with +block 2 \[1, 128\]/))
        #expect(screen(state).contains("block 2   32×56×56"))
        state.type(.down)
        state.type("[1, 512]")
        #expect(screen(state).contains("block 3   128×28×28"))
        state.type(.down)
        state.type("{chanels: 3}")
        #expect(screen(state).contains("block 2: the ["))
        #expect(screen(state).contains("block 4: has no key chanels; did you mean channels?"))
        #expect(state.type(.enter) == [])
        #expect(try selected(state) == "block 2", "Enter goes to the first mistake")
        state.type("[2, 128]")
        #expect(!screen(state).contains("block 2: ") && screen(state).contains("block 4: "))
        state.type(.down, .down)
        state.type("[1, 64]")
        let experiment = try launched(&state)
        #expect(pairs(experiment.network) == [[1, 64], [2, 128], [1, 512], [1, 64], [2, 512]])
    }

    @Test("A new line says what it could be, and is left out of the costs while it is empty")
    func empty() throws {
        var state = try form()
        state.type(.down, .control("n"))
        #expect(
            screen(state).contains("block 2: is empty; type [convolutions, channels] such as [2, 64], or remove it"))
        #expect(screen(state).contains(/costs with +block 2 left out/))
        #expect(screen(state).contains("block 5   128×7×7") && !screen(state).contains(/block 6 +\d/))
        #expect(state.type(.enter) == [])
        state.type(.control("k"))
        #expect(try text("network", state) == "‹ vgg11 ›", "it is the named network again")
        #expect(try launched(&state).network == Scene.experiment("vgg11-ratio4").network)
    }

    @Test("The line that was changed is to blame for a network that cannot be built, not the one where that shows")
    func blame() throws {
        var state = try form()
        state.type(.down, .down)
        state.type("[1, 130]")
        #expect(screen(state).contains("block 2: ratio 4 does not divide the channels"))
        #expect(screen(state).contains("block 2   32×56×56"))
        state.type(.down)
        state.type("[1, 512]")
        #expect(
            screen(state).contains("block 2: ratio 4 does not divide") && screen(state).contains("block 3   128×28×28"))
        state.type(.control("u"))
        state.type("[2, 256]")
        state.type(.up)
        state.type("{convs: 1, channels: 128, kernel: 2}")
        #expect(screen(state).contains("block 2: kernel 2 is even"))
        state.type("[1, 128]")
        state.type(.tab)
        #expect(try selected(state) == "ratio")
        state.type("3")
        #expect(screen(state).contains("ratio: ratio 3 does not divide"))
    }

    @Test("Choosing a named network replaces the lines; one's own are one of the choices")
    func choose() throws {
        var state = try form()
        state.type(.down)
        state.type("[2, 32]")
        state.type(.up)
        #expect(try text("network", state) == "‹ own blocks ›")
        state.type(.right)
        #expect(try text("network", state) == "‹ lenet ›")
        #expect(try text("layer 1", state).hasPrefix("conv: {channels: 6, kernel: 5"))
        #expect(try text("name", state) == "lenet", "layers have no ratio")
        state.type(.left, .left)
        #expect(try text("network", state) == "‹ vgg19 ›" && text("block 5", state) == "[4, 512]")
        state.type(.right)
        #expect(try text("network", state) == "‹ own blocks ›" && text("block 1", state) == "[2, 32]")
        #expect(try pairs(launched(&state).network).first == [2, 32])
    }

    @Test("A list that is typed or pasted into the network's field becomes lines")
    func list() throws {
        var state = try form()
        state.type("[[1, 32], [2, 64]]")
        #expect(try text("network", state) == "[[1, 32], [2, 64]]" && text("block 2", state) == "[2, 64]")
        state.type(.down)
        #expect(try text("network", state) == "‹ own blocks ›")
        state.type(.up)
        _ = state.update(
            .input(
                .paste(
                    """
                    layers:
                      - conv: {channels: 8, kernel: 3}
                      - relu
                      - flatten
                      - linear: classes

                    """)))
        #expect(try text("network", state) == "‹ own layers ›" && text("layer 4", state) == "linear: classes")
        #expect(try text("name", state) == "4layers")
        let experiment = try launched(&state)
        #expect(
            experiment.network.layers == [
                .convolution(channels: .count(8), kernel: 3), .activation(.relu), .flatten, .linear(.classes),
            ])
    }

    @Test("A network longer than a line of text can be pasted")
    func longList() throws {
        var state = try form()
        let blocks = Array(repeating: "{convs: 1, channels: 64, kernel: 3, pool: none}", count: 20)
        state.type(.control("u"))
        _ = state.update(.input(.paste("[\(blocks.joined(separator: ", "))]\n")))
        #expect(try text("block 20", state).hasPrefix("{convs: 1, channels: 64"))
        #expect(try launched(&state).network.blocks.count == 20)
    }

    @Test("Several lines pasted into a line follow it")
    func pastedLines() throws {
        var state = try form()
        state.type(.down, .control("n"))
        _ = state.update(.input(.paste("- [1, 96]\n- [1, 112]\n")))
        #expect(try text("block 2", state) == "[1, 96]" && selected(state) == "block 3")
        #expect(try text("block 3", state) == "[1, 112]" && text("block 4", state) == "[1, 128]")
    }

    @Test("Layers of a list are edited line by line, with each one's output")
    func layers() throws {
        var state = try leNet()
        #expect(try text("layer 3", state) == "avg_pool")
        #expect(state.frame().cells.lines[try row("layer 3", state)].contains(" 6×14×14 "))
        state.type(.down, .down, .down)
        state.type("max_pool: {kernel: 3, stride: 2, padding: 1}")
        #expect(try text("network", state) == "‹ own layers ›")
        #expect(!screen(state).contains("layer 3: "))
        #expect(try text("name", state) == "lenet-layer3-max_pool-3-2-1")
        state.type(.up)
        state.type("relu")
        let experiment = try launched(&state)
        #expect(experiment.network.layers?[1] == .activation(.relu))
        #expect(experiment.network.layers?[2] == .pooling(.max, kernel: 3, stride: 2, padding: 1))
        #expect(experiment.network.layers?.count == [LayerRecipe].leNet.count)
        #expect(experiment.name == "lenet-12layers")
    }

    @Test("A layer that does not fit, or a removed one that was needed, says what to do")
    func misfit() throws {
        var state = try leNet()
        let count = [LayerRecipe].leNet.count
        for _ in 0..<count { state.type(.down) }
        #expect(try selected(state) == "layer \(count)")
        state.type(.control("k"))
        #expect(
            screen(state).contains("layer \(count - 1): the output of the last layer is 84, but there are 10 classes"))
        #expect(screen(state).contains("end with linear: classes"))
        #expect(screen(state).contains(/costs with +the network as it was/))
        #expect(state.type(.enter) == [])
        state.type(.control("n"))
        state.type("linear: classes")
        #expect(!screen(state).contains("output of the last") && !screen(state).contains("costs with"))
        #expect(try text("network", state) == "‹ lenet ›")
        state.type(.control("u"))
        state.type("linear")
        #expect(screen(state).contains("layer \(count): needs more than a name; write linear: 4096"))
        state.type(": 7")
        #expect(screen(state).contains("layer \(count): the output of the last layer is 7, but there are 10 classes"))
    }

    @Test("One line always remains")
    func last() throws {
        var state = try form()
        state.type(.down, .control("k"), .control("k"), .control("k"), .control("k"))
        #expect(try text("block 1", state) == "[2, 512]")
        state.type(.control("k"))
        #expect(try text("block 1", state) == "[2, 512]")
        #expect(screen(state).contains("a network has at least one block; add another one before you remove this one"))
        #expect(try launched(&state).network.blocks.count == 1)
        var layers = try leNet()
        layers.type(.down)
        for _ in 0..<20 { layers.type(.control("k")) }
        #expect(try text("layer 1", layers) == "linear: classes")
        #expect(screen(layers).contains("a network has at least one layer"))
    }

    @Test("Tab goes past the lines, arrows through them, and page keys far")
    func moving() throws {
        var state = try form()
        state.type(.tab)
        #expect(try selected(state) == "ratio")
        state.type(.up)
        #expect(try selected(state) == "block 5")
        state.type(.tab)
        #expect(try selected(state) == "ratio")
        state.type(.up, .backTab, .down)
        #expect(try selected(state) == "block 1")
        state.type(.pageUp)
        #expect(try selected(state) == "name")
    }

    @Test("Esc asks before it discards changed lines, and keeps them")
    func discard() throws {
        for key in [Key.control("n"), .control("d"), .control("k"), .shiftDown] {
            var state = try form()
            state.type(.down, key)
            let before = screen(state)
            state.type(.escape)
            #expect(screen(state).contains("Discard?"), "\(key)")
            state.type(.escape)
            #expect(screen(state) == before)
        }
    }

    @Test("A fork has no lines")
    func fork() throws {
        var state = try Scene.busy()
        state.type("f")
        #expect(!screen(state).contains("│ block 1  ["))
    }

    @Test("A fork of a network that lists its layers can be launched")
    func forkOfLayers() throws {
        var experiment = Experiment(name: "lenet")
        experiment.network.use(.leNet)
        experiment.data.resize = 28
        var state = State(size: Size(columns: 120, rows: 36))
        _ = state.update(.runs([Scene.run("lenet-1", .completed, experiment, epoch: 1, createdAt: 1)]))
        state.type("f")
        #expect(try launched(&state).network.variant == .leNet)
    }

    @Test("On a small screen the form scrolls no further than the selected line requires, and a click selects a line")
    func small() throws {
        var state = try leNet(columns: 80, rows: 24)
        let top = try row("layer 3", state)
        _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: 20, y: top)))))
        #expect(try selected(state) == "layer 3" && state.frame().cursor?.y == top)
        for _ in 0..<28 { state.type(.down) }
        #expect(screen(state).contains("↑") && !screen(state).contains("│ network "))
        let cursor = try #require(state.frame().cursor)
        state.type(.up)
        #expect(state.frame().cursor?.y == cursor.y - 1, "the rows stay where they are")
        state.type(.pageUp, .pageUp, .pageUp, .pageUp, .down, .down)
        #expect(try selected(state) == "layer 1")
        state.type(.down, .down, .down)
        #expect(try text("layer 4", state).hasPrefix("conv: {channels: 16, "), "a line shows how it begins")
        state.type(.up, .up, .up)
        // The text around the cursor is visible, however long it is.
        state.type("conv: {channels: 6, kernel: 5, stride: 1, padding: 2}")
        #expect(state.frame().cells.lines[try row("layer 1", state)].contains("padding: 2}"))
    }

    @Test("The keys of a line are in the key bar and in the help")
    func keys() throws {
        var state = try form(columns: 80, rows: 24)
        #expect(!screen(state).contains("Ctrl-K remove"))
        state.type(.down)
        for item in ["Ctrl-N add", "Ctrl-D copy", "Ctrl-K remove", "Shift-↑ up", "Shift-↓ down"] {
            #expect(state.frame().cells.lines[23].contains(item), "\(item)")
        }
        state.type(.function(1))
        var help = screen(state)
        for _ in 0..<30 {
            state.type(.down)
            help += screen(state)
        }
        #expect(help.contains("Blocks and layers") && help.contains("Move the block or layer up"))
        state.type(.escape)
        #expect(try selected(state) == "block 1")
    }

    @Test("Normalization and augmentation have fields")
    func settings() throws {
        var state = try form(columns: 120, rows: 60)
        for (label, keys) in [
            ("norm", [Key.right]), ("flip", [.right]), ("shift", ["3"]), ("crop", ["0", ".", "8"]),
            ("erase", ["0", ".", "2"]),
        ] {
            let place = try row(label, state)
            _ = state.update(.input(.mouse(Mouse(.press, at: Point(x: 20, y: place)))))
            for key in keys { state.type(key) }
        }
        let experiment = try launched(&state)
        #expect(experiment.name == "vgg11-ratio4-normbatch-flip-shift3-crop0.8-erase0.2")
        #expect(experiment.network.norm == .batch && experiment.data.flip && experiment.data.shift == 3)
        #expect(experiment.data.crop == 0.8 && experiment.data.erase == 0.2)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(reversed().drop { $0 == " " }.reversed()) }
}
