// The real terminal: a program in a pseudo-terminal shows frames, takes input, and restores the terminal however it
// ends.

import Glibc
import Screen
import TerminalTesting
import Testing

/// The fixture.
struct Fixture {
    let terminal: PseudoTerminal
    /// The terminal's modes before the program.
    let modes: [UInt32]

    init(_ arguments: String..., columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]) throws {
        let idle = try PseudoTerminal(["true"], columns: columns, rows: rows)
        modes = idle.modes
        terminal = try PseudoTerminal(
            [try Self.path()] + arguments, columns: columns, rows: rows, environment: environment)
    }

    /// The path of the fixture, beside the tests.
    static func path() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let tests = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = tests.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/TerminalFixture"
        try #require(access(path, X_OK) == 0, "\(path) is missing; build it with swift build first")
        return path
    }

    /// Waits until the fixture's first line reports this input as its last.
    func shows(_ last: String, seconds: Double = 60) -> Bool {
        terminal.wait(seconds: seconds) { screen in
            screen.lines[0].split(separator: "#").last?.drop { $0.isNumber }.hasPrefix(" \(last)") == true
        }
    }

    /// Checks that every cell of the screen matches the frame that the fixture reports.
    func expectFrame(_ last: String, sourceLocation: SourceLocation = #_sourceLocation) {
        var wrong = ""
        let isRight = terminal.wait { screen in
            let number = screen.lines[0].split(separator: "#").last.flatMap { Int($0.prefix { $0.isNumber }) }
            let size = Size(columns: screen.columns, rows: screen.rows)
            let frame = testFrame(size: size, count: number ?? -1, last: last)
            let row = zip(screen.lines, frame.lines).enumerated().first { $0.element.0 != $0.element.1 }
            wrong = row.map { "row \($0.offset): \($0.element.0) instead of \($0.element.1)" } ?? ""
            return row == nil
        }
        #expect(isRight, "\(wrong)", sourceLocation: sourceLocation)
        let oddities = terminal.screen.oddities
        #expect(oddities == [], sourceLocation: sourceLocation)
    }

    /// Checks that the terminal is restored.
    func expectRestored(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(terminal.modes == self.modes, sourceLocation: sourceLocation)
        let (modes, oddities) = (terminal.screen.modes, terminal.screen.oddities)
        #expect(modes == VirtualScreen(columns: 1, rows: 1).modes, sourceLocation: sourceLocation)
        #expect(oddities == [], sourceLocation: sourceLocation)
    }
}

@Suite(.timeLimit(.minutes(10))) struct CursesTerminalTests {
    @Test func `every cell of a frame is shown, and the terminal is restored at the end`() throws {
        let fixture = try Fixture(columns: 97, rows: 31)
        #expect(fixture.shows("start"))
        fixture.expectFrame("start")
        #expect(fixture.terminal.modes != fixture.modes)
        #expect(fixture.terminal.screen.modes == [7, 1, 1000, 1002, 1006, 1049, 2004])
        fixture.terminal.type("\u{11}")
        #expect(fixture.terminal.end() == .exited(0))
        fixture.expectRestored()
        #expect(fixture.terminal.screen.shows("fixture: closed after 1 inputs"))
    }

    @Test(arguments: [(65535, 65535), (40000, 10), (3000, 3000)])
    func `a terminal that is too large is reported with its size`(columns: Int, rows: Int) throws {
        let command = "stty cols \(columns) rows \(rows); exec \(try Fixture.path())"
        let terminal = try PseudoTerminal(["sh", "-c", command], columns: 120, rows: 24)
        #expect(terminal.end() == .exited(2))
        #expect(terminal.screen.shows("fixture: a terminal of \(columns) × \(rows) cells is too large"))
    }

    @Test func `keys and the mouse arrive, and changes are drawn`() throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        for (sent, shown) in [
            ("x", "key(Key.character(\"x\"))"), ("\u{1B}OA", "key(Key.up)"), ("\u{1B}[B", "key(Key.down)"),
            ("\u{1B}[24~", "key(Key.function(12))"), ("\r", "key(Key.enter)"), ("\u{13}", "key(Key.control(\"s\"))"),
            ("\u{1B}", "key(Key.escape)"),
            ("\u{1B}[<0;3;4M", "mouse(Mouse(action: Mouse.Action.press, position: Point(x: 2, y: 3)"),
            ("\u{1B}[200~two\rlines\u{1B}[201~", "paste(\"two\\nlines\")"), ("é", "key(Key.character(\"é\"))"),
        ] {
            fixture.terminal.type(sent)
            #expect(fixture.shows(shown), "\(sent.debugDescription)")
        }
        fixture.expectFrame("key(Key.character(\"é\"))")
        #expect(!fixture.terminal.screen.modes.contains(25))
    }

    @Test func `the text cursor is shown at its position`() throws {
        let fixture = try Fixture()
        fixture.terminal.type("x")
        #expect(fixture.shows("key"))
        #expect(fixture.terminal.wait { $0.modes.contains(25) && $0.cursor == (3, 0) })
        fixture.terminal.type("y")
        #expect(fixture.terminal.wait { !$0.modes.contains(25) })
    }

    @Test func `only changes are sent`() throws {
        let fixture = try Fixture(columns: 120, rows: 36)
        #expect(fixture.shows("start"))
        fixture.expectFrame("start")
        let first = fixture.terminal.bytes.count
        // The same frame 500 times sends nothing; the last key's frame changes most cells.
        fixture.terminal.type(String(repeating: "\u{E}", count: 500) + "x")
        #expect(fixture.shows("key"))
        fixture.expectFrame("key(Key.character(\"x\"))")
        let all = fixture.terminal.bytes.count
        #expect(all - first < 2 * first)
    }

    @Test func `another thread ends the wait`() throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        fixture.terminal.type("\u{17}")
        #expect(fixture.shows("woken"))
    }

    @Test func `output of libraries becomes messages and does not garble the screen`() throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        fixture.terminal.type("\u{10}")
        #expect(fixture.shows("message(\"last words\")"))
        fixture.expectFrame("message(\"last words\")")
        fixture.terminal.type("\u{11}")
        #expect(fixture.terminal.end() == .exited(0))
        // An incomplete line is printed at the end.
        #expect(fixture.terminal.screen.shows("half"))
    }

    @Test func `a thousand sizes leave the right screen`() throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        for step in 0..<1000 {
            let (columns, rows) = step == 500 ? (1, 1) : (Int.random(in: 1...500), Int.random(in: 1...200))
            fixture.terminal.resize(columns: columns, rows: rows)
        }
        fixture.terminal.resize(columns: 1, rows: 1)
        #expect(fixture.terminal.wait { $0.lines == ["…"] })
        fixture.terminal.resize(columns: 500, rows: 200)
        #expect(fixture.shows("resized(Size(columns: 500, rows: 200))"))
        fixture.expectFrame("resized(Size(columns: 500, rows: 200))")
        fixture.terminal.type("\u{11}")
        #expect(fixture.terminal.end() == .exited(0))
        fixture.expectRestored()
    }

    @Test func `twenty thousand keys and mouse events, many of them broken, do no harm`() throws {
        let fixture = try Fixture(columns: 90, rows: 20)
        let parts = [
            "\u{1B}[A", "\u{1B}OB", "\u{1B}[5~", "\u{1B}[<0;10;5M", "\u{1B}[<32;11;5M", "\u{1B}[<0;11;5m",
            "\u{1B}[<64;1;1M",
            "\u{1B}", "\u{1B}[", "\u{1B}[<0;99", "\u{1B}[200~", "\u{1B}[201~", "\u{1B}]0;x", "\u{1B}P", "\u{1B}O", "é",
            "図", "x", " ",
            "\r", "\t", "\u{7F}", "\u{1B}[1;5C", "\u{1B}[99999999999999999999~", "\u{1B}[?1;2c", "\u{1B}[<;;M",
        ].map { Array($0.utf8) }
        var noise: [UInt8] = []
        for _ in 0..<20_000 {
            // No key that ends this program.
            let bytes = Int.random(in: 0..<8) == 0 ? [UInt8.random(in: 0x80...0xFF)] : parts.randomElement()
            noise += bytes ?? []
        }
        fixture.terminal.send(noise)
        // These bytes complete any pending sequence, and a pause the rest.
        fixture.terminal.type("\u{1B}[201~\u{1B}\\" + String(repeating: " ", count: 80))
        fixture.terminal.type("\u{1B}[201~\u{1B}[20~")
        #expect(fixture.shows("key(Key.function(9))"))
        fixture.expectFrame("key(Key.function(9))")
        fixture.terminal.type("\u{11}")
        #expect(fixture.terminal.end() == .exited(0))
        fixture.expectRestored()
    }

    @Test func `without colours no colour is sent`() throws {
        for (arguments, environment) in [(["--no-color"], [:]), ([], ["NO_COLOR": "1"]), ([], ["TERM": "vt100"])] {
            let terminal = try PseudoTerminal([try Fixture.path()] + arguments, environment: environment)
            #expect(terminal.wait { $0.shows(" start") })
            #expect(!terminal.screen.hasColor)
        }
        let fixture = try Fixture(environment: ["NO_COLOR": ""])
        #expect(fixture.shows("start"))
        #expect(fixture.terminal.screen.hasColor)
    }

    @Test func `the size is the terminal's, whatever environment variables say`() throws {
        let fixture = try Fixture(environment: ["COLUMNS": "100000", "LINES": "7"])
        #expect(fixture.shows("start"))
        fixture.expectFrame("start")
    }

    @Test func `without UTF-8 only ASCII is sent`() throws {
        for (arguments, environment) in [(["--ascii"], [:]), ([], ["LC_ALL": "C"])] {
            let terminal = try PseudoTerminal([try Fixture.path()] + arguments, environment: environment)
            #expect(terminal.wait { $0.shows(" start") })
            let isPlain = terminal.bytes.allSatisfy { $0 < 0x80 }
            #expect(isPlain)
        }
        // A locale that is not installed but has UTF-8 in its name, as after ssh.
        let terminal = try PseudoTerminal([try Fixture.path()], environment: ["LC_ALL": "xx_YY.UTF-8"])
        #expect(terminal.wait { $0.shows("⣿") })
    }

    @Test func `a terminal that cannot show a screen is refused with a sentence`() throws {
        for (name, sentence) in [
            ("no-such", "the terminal 'no-such' (TERM) is unknown; set TERM=xterm-256color"),
            ("", "the terminal '' (TERM) is unknown; set TERM=xterm-256color"),
            ("dumb", "the terminal 'dumb' (TERM) cannot position text"),
        ] {
            let fixture = try Fixture(columns: 120, environment: ["TERM": name])
            #expect(fixture.terminal.end() == .exited(2))
            #expect(fixture.terminal.screen.shows("fixture: \(sentence)"))
            fixture.expectRestored()
        }
        let path = try Fixture.path()
        let piped = try PseudoTerminal(["sh", "-c", "'\(path)' | cat"])
        #expect(piped.wait { $0.shows("fixture: standard input and output must be a terminal") })
    }
}
