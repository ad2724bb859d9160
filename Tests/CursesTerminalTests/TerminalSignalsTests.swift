// The terminal is restored however a program ends.

import Glibc
import Screen
import TerminalTesting
import Testing

@Suite(.timeLimit(.minutes(10))) struct TerminalSignalsTests {
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1])
    func `a terminating signal is an input, and ends a program that does not read it`(number: Int32) throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        fixture.terminal.signal(number)
        #expect(fixture.shows("signal(\(number))"))
        fixture.terminal.type("\u{2}")
        // From now on, the program reads no input.
        #expect(fixture.terminal.wait { $0.shows("busy") })
        fixture.terminal.signal(number)
        #expect(fixture.terminal.end(seconds: 0.2) == .runs)
        fixture.terminal.signal(number)
        #expect(fixture.terminal.end() == .killed(number))
        fixture.expectRestored()
        #expect(fixture.terminal.screen.shows("last words"))
    }

    @Test func `the CPU time limit requests the end, however often it repeats its signal`() throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        fixture.terminal.signal(SIGXCPU)
        #expect(fixture.shows("signal(\(SIGXCPU))"))
        fixture.terminal.type("\u{2}")
        #expect(fixture.terminal.wait { $0.shows("busy") })
        fixture.terminal.signal(SIGXCPU)
        fixture.terminal.signal(SIGXCPU)
        #expect(fixture.terminal.end(seconds: 0.2) == .runs)
    }

    @Test func `Ctrl-C is a signal`() throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        fixture.terminal.type("\u{3}")
        #expect(fixture.shows("signal(2)"))
    }

    @Test(
        arguments: [
            SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGPIPE, SIGXFSZ, SIGUSR2, SIGALRM, SIGVTALRM,
            SIGPROF,
            SIGIO, SIGPWR, SIGSTKFLT, 34, 50, 64,
        ])
    func `a crash restores the terminal first`(number: Int32) throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        fixture.terminal.signal(number)
        #expect(fixture.terminal.end() == .killed(number))
        fixture.expectRestored()
    }

    @Test(
        arguments: [("e", .exited(7)), ("a", .killed(SIGABRT)), ("d", .killed(SIGILL)), ("t", .killed(SIGILL))]
            as [(Character, PseudoTerminal.Ending)])
    func `exits, aborts, traps and uncaught errors restore the terminal`(
        key: Character, ending: PseudoTerminal.Ending
    ) throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        fixture.terminal.send([(key.asciiValue ?? 0) & 0x1F])
        #expect(fixture.terminal.end() == ending)
        fixture.expectRestored()
        if key == "t" { #expect(fixture.terminal.screen.shows("Uncaught")) }
    }

    @Test func `after SIGKILL, restoring the terminal is the shell's business`() throws {
        let fixture = try Fixture()
        #expect(fixture.shows("start"))
        fixture.terminal.signal(SIGKILL)
        #expect(fixture.terminal.end() == .killed(SIGKILL))
        #expect(fixture.terminal.screen.modes.contains(1049))
    }

    @Test func `Ctrl-Z gives the terminal to the shell and fg takes it back`() throws {
        let fixture = try Fixture.path()
        let shell = try PseudoTerminal(["bash", "--norc", "--noediting", "-i"], environment: ["PS1": "prompt> "])
        #expect(shell.wait { $0.shows("prompt>") })
        let modes = shell.modes
        shell.type("\(fixture)\r")
        #expect(shell.wait { $0.shows(" start") })
        for turn in 1...3 {
            shell.type("\u{1A}")
            #expect(
                shell.wait { $0.shows("Stopped") && $0.modes == [7, 25] }, "\(shell.screen.modes) \(shell.screen.lines)"
            )
            #expect(shell.modes == modes)
            shell.type("fg\r")
            #expect(shell.wait { $0.shows("#\(2 * turn - 1) resumed") })
            #expect(shell.screen.modes.contains(1049) && shell.screen.modes.contains(1006))
            let frame = testFrame(size: .init(columns: 80, rows: 24), count: 2 * turn - 1, last: "resumed")
            let isRight = shell.wait { $0.lines == frame.lines }
            #expect(isRight)
            // Resizing while it was suspended would have been reported as well; keys arrive as before.
            shell.type("x")
            #expect(shell.wait { $0.shows("#\(2 * turn) key") })
        }
        shell.type("\u{11}")
        #expect(shell.wait { $0.shows("fixture: closed after 7 inputs") })
        #expect(shell.modes == modes)
        let oddities = shell.screen.oddities
        #expect(oddities == [])
    }

    @Test func `what nohup ignores stays ignored`() throws {
        let path = try Fixture.path()
        let terminal = try PseudoTerminal(["sh", "-c", "trap '' HUP; exec '\(path)'"])
        #expect(terminal.wait { $0.shows(" start") })
        terminal.signal(SIGHUP)
        terminal.type("x")
        #expect(terminal.wait { $0.shows("#1 key(Key.character(\"x\"))") })
    }
}
