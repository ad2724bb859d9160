// Blocks and layers as texts of their own.

import ExperimentFiles
import Experiments
import Testing

@Suite("Blocks and layers one by one")
struct NetworkPartTests {
    @Test("The parts of every named network, joined as a list, are that network", arguments: Variant.allCases)
    func variants(_ variant: Variant) throws {
        let network = NetworkRecipe(variant)
        let (part, texts) = NetworkPart.texts(of: network)
        let items = try texts.map { text in try part.item(text) }
        let experiment = try ExperimentFile.parse(
            "name: a\ndata: {resize: 224}", path: "", overrides: ["\(part.path)=[\(items.joined(separator: ", "))]"])
        #expect(experiment.network.blocks == network.blocks || network.layers != nil)
        #expect(experiment.network.layers == network.layers && experiment.network.variant == variant)
    }

    @Test("A part's text is short where it can be")
    func texts() {
        var network = NetworkRecipe()
        network.blocks = [
            Block(numConvs: 2, outChannels: 64), Block(numConvs: 2, outChannels: 64, norm: .batch),
        ]
        #expect(NetworkPart.texts(of: network).texts == ["[2, 64]", "{convs: 2, channels: 64, norm: batch}"])
        network.layers = [
            .convolution(channels: .count(6), kernel: 5), .activation(.relu), .pooling(.max, kernel: 3, stride: 2),
            .flatten, .linear(.classes),
        ]
        #expect(
            NetworkPart.texts(of: network).texts == [
                "conv: {channels: 6, kernel: 5}", "relu", "max_pool: {kernel: 3, stride: 2}", "flatten",
                "linear: classes",
            ])
    }

    @Test(
        "Lists are read with their key or without, on one line or several",
        arguments: [
            "[conv: {channels: 6, kernel: 5}, relu]", "layers: [conv: {channels: 6, kernel: 5}, relu]",
            "- conv: {channels: 6, kernel: 5}\n- relu\n", "network:\n  layers:\n    - conv: {channels: 6}\n    - relu",
        ])
    func lists(_ text: String) throws {
        let (part, texts) = try #require(NetworkPart.texts(ofList: text))
        #expect(part == .layer && texts.count == 2 && texts[1] == "relu")
        #expect(texts[0].hasPrefix("conv: {channels: 6, kernel: "))
    }

    @Test(
        "Other texts are no list of blocks or layers",
        arguments: ["", "relu", "vgg11", "[]", "[1, 64]", "[[1, 64], relu]", "[[1, 64]", "{blocks: 3}", "[*a]"])
    func notLists(_ text: String) { #expect(NetworkPart.texts(ofList: text) == nil) }

    @Test(
        "A part's mistake is one sentence",
        arguments: [
            (NetworkPart.block, "[2, 64], [2, 128]", "must be a pair"), (.block, "relu", "must be a pair"),
            (.block, "", "must be a pair"), (.block, "[2, 64", "close it with ]"),
            (.block, "[2, 0]", "channels must be from 1 to 16384"),
            (.layer, "[2, 64]", "must be a layer"), (.layer, "conv", "needs more than a name"),
            (.layer, "rellu", "did you mean relu?"), (.layer, "]", "is no"),
        ])
    func mistakes(_ part: NetworkPart, _ text: String, _ problem: String) {
        let error = #expect(throws: ExperimentFileError.self) { try part.item(text) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test("An item may have the dash of a list")
    func dash() throws { #expect(try NetworkPart.layer.item("- linear: 10") == "{linear: 10}") }

    @Test("A network that cannot be built names the block or layer to blame")
    func blame() {
        func item(_ override: String) -> Int? {
            do {
                _ = try ExperimentFile.parse("name: a", path: "", overrides: [override])
            } catch {
                if case .override(_, let item, _) = error { return item }
            }
            return nil
        }
        #expect(item("network.layers=[flatten, max_pool, linear: classes]") == 2)
        #expect(item("network.layers=[flatten, linear: 7]") == 2)
        #expect(item("network.blocks=[[1, 64], {convs: 2, channels: 64, kernel: [3, 3, 3]}]") == 2)
        #expect(item("network.blocks=[[1, 0]]") == nil, "the sentence names it")
    }
}
