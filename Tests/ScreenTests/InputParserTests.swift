// Parsing bytes of terminals as keys and mouse events.

import Screen
import Testing

@Suite struct InputParserTests {
    /// The input for these bytes if they arrive at once and nothing follows.
    private func inputs(_ text: String, sequences: [[UInt8]: Key] = [:]) -> [Input] {
        var parser = InputParser(sequences: sequences)
        return parser.take(Array(text.utf8), at: 0) + parser.expire()
    }

    static let keys: [(String, [Key])] = [
        ("a Q", [.character("a"), .character(" "), .character("Q")]),
        ("é図🙂", [.character("é"), .character("図"), .character("🙂")]),
        ("\r", [.enter]), ("\n", [.enter]), ("\t", [.tab]), ("\u{7F}", [.backspace]), ("\u{8}", [.backspace]),
        ("\u{3}\u{1A}\u{0}\u{1F}", [.control("c"), .control("z"), .control(" "), .control("_")]),
        ("\u{1B}", [.escape]), ("\u{1B}\u{1B}", [.escape, .escape]), ("\u{1B}x", [.alt("x")]), ("\u{1B}é", [.alt("é")]),
        ("\u{1B}[A\u{1B}OB\u{1B}[C\u{1B}OD", [.up, .down, .right, .left]),
        ("\u{1B}[1;2A\u{1B}[1;2D", [.shiftUp, .shiftLeft]),
        ("\u{1B}[1;5C", [.right]), ("\u{1B}[H\u{1B}OF\u{1B}[1~\u{1B}[4~\u{1B}[7~", [.home, .end, .home, .end, .home]),
        ("\u{1B}[2~\u{1B}[3~\u{1B}[5~\u{1B}[6~", [.insert, .delete, .pageUp, .pageDown]), ("\u{1B}[Z", [.backTab]),
        ("\u{1B}OP\u{1B}[[B\u{1B}[13~\u{1B}[1;2S", [.function(1), .function(2), .function(3), .function(4)]),
        ("\u{1B}[15~\u{1B}[17~\u{1B}[21~\u{1B}[23~\u{1B}[24~", [5, 6, 10, 11, 12].map(Key.function)),
        ("\u{1B}OM", [.enter]), ("\u{1B}[", [.alt("[")]), ("\u{1B}\u{1B}[A", [.escape, .up]), ("\u{1B}\r", [.enter]),
        ("\u{1B}[<0;1", []), ("\u{1B}[?62;22c", []), ("\u{1B}[99~", []), ("\u{1B}[3\u{1B}[Ax", [.up, .character("x")]),
        ("\u{1B}]11;rgb:0000/0000/0000\u{7}x", [.character("x")]), ("\u{1B}P1$r0m\u{1B}\\x", [.character("x")]),
    ]

    @Test func `keys are recognised by their bytes`() {
        for (text, keys) in Self.keys {
            #expect(inputs(text) == keys.map(Input.key), "\(text.debugDescription)")
        }
    }

    @Test func `bytes may arrive one at a time`() {
        for (text, keys) in Self.keys {
            var parser = InputParser()
            var found: [Input] = []
            for byte in text.utf8 { found += parser.take([byte], at: 0) }
            #expect(found + parser.expire() == keys.map(Input.key), "\(text.debugDescription)")
        }
    }

    @Test func `a terminal's own sequences are used`() {
        let sequences: [[UInt8]: Key] = [Array("\u{1B}[7$".utf8): .home, Array("\u{1B}[A".utf8): .pageUp]
        #expect(inputs("\u{1B}[7$", sequences: sequences) == [.key(.home)])
        #expect(inputs("\u{1B}[A", sequences: sequences) == [.key(.pageUp)])
    }

    @Test func `only incomplete sequences wait`() {
        var parser = InputParser()
        #expect(parser.patience == nil)
        _ = parser.take([0x1B], at: 0)
        #expect(parser.patience == .milliseconds(25))
        _ = parser.take(Array("[A".utf8), at: 0)
        #expect(parser.patience == nil)
    }

    @Test func `bytes that are not UTF-8 are skipped`() {
        var parser = InputParser()
        let bytes: [UInt8] = [0xFF, 0xC0, 0x61, 0xE5, 0x9B, 0x62, 0x80, 0xED, 0xA0, 0x80, 0x63]
        #expect(parser.take(bytes, at: 0) == ["a", "b", "c"].map { .key(.character($0)) })
    }

    @Test func `mouse events have their position, button and modifiers`() {
        func mouse(_ text: String) -> [Input] { inputs("\u{1B}[<" + text) }
        #expect(mouse("0;5;3M") == [.mouse(Mouse(.press, at: Point(x: 4, y: 2)))])
        #expect(mouse("0;5;3m") == [.mouse(Mouse(.release, at: Point(x: 4, y: 2)))])
        #expect(mouse("2;1;1M") == [.mouse(Mouse(.pressRight, at: Point(x: 0, y: 0)))])
        #expect(mouse("36;5;3M") == [.mouse(Mouse(.drag, at: Point(x: 4, y: 2), shift: true))])
        #expect(mouse("80;5;3M") == [.mouse(Mouse(.scrollUp, at: Point(x: 4, y: 2), control: true))])
        #expect(mouse("65;500;200M") == [.mouse(Mouse(.scrollDown, at: Point(x: 499, y: 199)))])
        for odd in ["35;1;1M", "0;1M", ";;M", "0;99999999999;1M", "66;1;1M", "-1;1;1M", "0;0;0M"] {
            #expect(
                mouse(odd).allSatisfy {
                    if case .mouse(let mouse) = $0 { mouse.position == Point(x: 0, y: 0) } else { false }
                })
        }
    }

    @Test func `two presses at one position within a short time are a double click`() {
        var parser = InputParser()
        func press(_ column: Int, _ seconds: Double) -> Mouse.Action? {
            guard case .mouse(let mouse)? = parser.take(Array("\u{1B}[<0;\(column);1M".utf8), at: seconds).first else {
                return nil
            }
            return mouse.action
        }
        let actions = [(1, 0), (1, 0.3), (1, 0.4), (2, 0.5), (2, 1.5), (2, 1.6)].map { press($0.0, $0.1) }
        #expect(actions == [.press, .doubleClick, .press, .press, .press, .doubleClick])
    }

    @Test func `pasted text arrives in one piece`() {
        #expect(inputs("\u{1B}[200~a\r\nb\u{1B}[A\u{1B}[201~q") == [.paste("a\nb\u{1B}[A"), .key(.character("q"))])
        #expect(inputs("\u{1B}[200~half") == [.paste("half")])
        var parser = InputParser()
        let long = parser.take(Array("\u{1B}[200~".utf8) + Array(repeating: 0x61, count: 70_000), at: 0)
        #expect(long.first == .paste(String(repeating: "a", count: 65_536)))
        #expect(long.count == 1 + 70_000 - 65_536)
    }

    @Test func `no noise blocks it`() {
        var random = SystemRandomNumberGenerator()
        var parser = InputParser()
        let spice: [UInt8] = [0x1B, 0x5B, 0x4F, 0x3C, 0x3B, 0x4D, 0x6D, 0x7E, 0x32, 0x30, 0x31, 0x9B, 0xE2, 0x5D]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? spice[Int.random(in: 0..<spice.count, using: &random)] : .random(in: 0...255, using: &random)
            }
            _ = parser.take(bytes, at: 0)
            if Int.random(in: 0..<4, using: &random) == 0 { _ = parser.expire() }
        }
        // Two timeouts end a paste and an incomplete sequence after it.
        _ = parser.expire() + parser.expire()
        #expect(parser.patience == nil)
        #expect(parser.take([0x71], at: 1) == [.key(.character("q"))])
    }
}
