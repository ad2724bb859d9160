// Hostile texts: damaged from a fixed seed, deeply nested, or with exponentially multiplying aliases.

import TestSupport
import ExperimentFiles
import Experiments
import Testing

@Suite struct HostileTextTests {
    static let good = """
        name: vgg11
        description: "A network: \\"small\\", with 11 layers"   # and a comment
        network: { variant: vgg11, ratio: 4, kernel: 3, classifier: [4096, 4096], dropout: 0.5 }
        data:
          resize: 224
          batch_size: 128
          limit_train: null
        training: { lr: 0.05, momentum: 0, epochs: 10, seed: 0 }
        engine:
          convolution: auto
          chunk: auto

        """

    static let pieces = [
        "\n", "  ", "\t", ": ", "- ", "[", "]", "{", "}", ",", "\"", "'", "#", "&a ", "*a", "!!int ", "|\n", ">\n",
        "---\n", "...\n",
        "? ", "%YAML 1.1\n", "<<: ", "null", "~", ".inf", ".nan", "-1", "1e999", "99999999999999999999", "\u{0}",
        "\u{85}",
        "\u{2028}", "\u{FEFF}", "\u{1F600}", "\\x41", "blocks: [[1, 64]]", "lr", "0x1p3",
    ]

    /// Reads a text as a file and as an override, which must give an experiment or a sentence; returns whether it was
    /// an experiment.
    @discardableResult
    func read(_ text: String) -> Bool {
        do throws(ExperimentFileError) {
            _ = try ExperimentFile.parse("name: a", path: "a.yaml", overrides: ["description=\(text)"])
        } catch {
            #expect(error.description.hasPrefix("description="))
        }
        do throws(ExperimentFileError) {
            let experiment = try ExperimentFile.parse(text, path: "a.yaml")
            let again = try ExperimentFile.parse(ExperimentFile.yaml(for: experiment), path: "a.yaml")
            #expect(again == experiment)
            return true
        } catch {
            #expect(error.description.hasPrefix("a.yaml:"))
            #expect(!error.description.contains("\n"))
            return false
        }
    }

    @Test func `damaged texts give an experiment or a sentence`() {
        var random = SplitMix64(state: 1)
        var sound = 0
        for _ in 0..<10_000 {
            var scalars = Array(Self.good.unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0...scalars.count, using: &random)
                let end = min(scalars.count, place + Int.random(in: 1...12, using: &random))
                switch Int.random(in: 0..<5, using: &random) {
                case 0 where place < scalars.count:
                    scalars[place] = Unicode.Scalar(UInt8.random(in: 0...255, using: &random))
                case 1: scalars.removeSubrange(place..<end)
                case 2:
                    scalars.insert(
                        contentsOf: scalars[place..<end], at: Int.random(in: 0...scalars.count, using: &random))
                default:
                    scalars.insert(
                        contentsOf: (Self.pieces.randomElement(using: &random) ?? "").unicodeScalars, at: place)
                }
            }
            sound += read(String(String.UnicodeScalarView(scalars))) ? 1 : 0
        }
        #expect(500...9000 ~= sound)
    }

    @Test(arguments: [
        "[", "{", "- ", "? ", "[a: ", "{a: ", "a: {", "'", "\"", "- - ", "!!", "&", "%", "#", "|", "\n ", "[[],", "{? ",
    ])
    func `deep nesting is refused quickly`(piece: String) {
        let time = ContinuousClock().measure {
            read(String(repeating: piece, count: 65000 / piece.utf8.count))
            read("name: " + String(repeating: piece, count: 60000 / piece.utf8.count))
        }
        #expect(time < .seconds(20))
    }

    @Test(arguments: ["description: %", "%: 1", "? %\n: 1", "training: { %: 1 }", "? [\"a\":%]\n: 1"])
    func `multiplying aliases are refused before they expand`(place: String) {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        let time = ContinuousClock().measure {
            #expect(!read(text + place.replacing("%", with: "*a40") + "\n"))
            #expect(!read(text + place.replacing("%", with: "[*a40,*a40]") + "\n"))
        }
        #expect(time < .seconds(5))
    }

    @Test func `stars in a sentence are not aliases`() throws {
        let text = "description: \"*VGG* * 2 *\"\nname: R&D *b\n"
        #expect(try ExperimentFile.parse(text, path: "a.yaml").name == "R&D *b")
    }
}
