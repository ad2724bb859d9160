// The fast YAML parser agrees with the full one, for written texts and similar ones.

import TestSupport
import ExperimentFiles
import Experiments
import Testing

@Suite struct WrittenYAMLTests {
    private enum Reading: Equatable {
        case experiment(Experiment)
        case sentence(String)
    }

    private func read(_ text: String) -> Reading {
        do throws(ExperimentFileError) {
            return .experiment(try ExperimentFile.parse(text, path: "a.yaml"))
        } catch {
            // An error may quote the line that the comment is in.
            return .sentence(error.description.replacing(" # the end", with: ""))
        }
    }

    /// Parses a text, and again with a comment in its last line, which the fast parser leaves to the full one.
    private func expectSame(_ text: String) -> Reading {
        let (short, long) = (read(text), read(text.dropLast() + " # the end\n"))
        #expect(short == long, "\(text.debugDescription)")
        return short
    }

    @Test func `written texts are parsed`() {
        let sound = [Experiment(name: "a"), ExperimentFileTests.unusual].map {
            expectSame(ExperimentFile.yaml(for: $0))
        }
        #expect(sound == [.experiment(Experiment(name: "a")), .experiment(ExperimentFileTests.unusual)])
    }

    @Test func `damaged texts are parsed identically by both`() {
        let pieces = [
            "\n", " ", "  ", ": ", ", ", "[", "]", "[]", "\"", "\\", "'", "a", "name: b\n", "data:\n", "  lr: 1\n", "-",
            ".",
            "1.", "+1", "_", "~", "null", "\u{E9}", "\u{2028}", "\t", "{}", "|", "---\n", "0x1",
        ]
        var random = SplitMix64(state: 5)
        var sound = 0
        for _ in 0..<2000 {
            var text = Array(ExperimentFile.yaml(for: Experiment(name: "a", description: "some words")).unicodeScalars)
            let place = Int.random(in: 0..<text.count, using: &random)
            let end = min(text.count, place + Int.random(in: 0...2, using: &random))
            let piece = pieces[Int.random(in: 0..<pieces.count, using: &random)]
            text.replaceSubrange(place..<end, with: piece.unicodeScalars)
            var whole = String(String.UnicodeScalarView(text))
            if !whole.hasSuffix("\n") { whole += "\n" }
            if case .experiment = expectSame(whole) { sound += 1 }
        }
        // There are both valid and invalid ones.
        #expect((50..<1950).contains(sound))
    }
}
