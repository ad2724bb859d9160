// A program that the tests of CursesTerminal run in a pseudo-terminal. It shows the last input and the number of
// inputs; some keys make it end abnormally.

import CursesTerminal
import Glibc
import Screen
import TerminalTesting

/// Abnormal ways to end.
struct Uncaught: Error {}

func say(_ text: String, to file: Int32) { _ = text.withCString { write(file, $0, strlen($0)) } }

/// Hides from the compiler that this always fails.
@inline(never) func trap(_ count: Int) -> UInt8 { UInt8(count) }

/// Passes a waker to another thread.
final class Box {
    let waker: Waker
    init(_ waker: Waker) { self.waker = waker }
}

/// Ends the terminal's wait from another thread.
func wake(_ waker: Waker) {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(waker)).toOpaque()
    pthread_create(
        &thread, nil,
        { box in
            if let box { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().waker.wake() }
            return nil
        }, box)
}

let options = TerminalOptions(
    allowsColor: !CommandLine.arguments.contains("--no-color"), isASCII: CommandLine.arguments.contains("--ascii"))
let terminal: CursesTerminal
do {
    terminal = try CursesTerminal(options)
} catch {
    say("fixture: \(error)\n", to: STDERR_FILENO)
    exit(2)
}

var count = 0
var last = "start"
loop: while true {
    let frame = testFrame(
        size: terminal.size, count: count, last: last, glyphs: terminal.glyphs, colors: terminal.colors)
    terminal.draw(frame, cursor: count % 2 == 1 ? Point(x: 3, y: 0) : nil)
    guard let input = terminal.next(timeout: nil) else { break }
    if input == .key(.control("n")) { continue }  // the same frame again
    count += 1
    last = "\(input)".replacing("Screen.", with: "")
    switch input {
    case .key(.control("q")), .hangUp: break loop
    case .key(.control("e")): exit(7)  // without restoring the terminal
    case .key(.control("t")): throw Uncaught()
    case .key(.control("d")): count += Int(trap(count + 255))
    case .key(.control("a")): abort()
    case .key(.control("b")):
        // Loops forever without taking input.
        say("last words\n", to: STDERR_FILENO)
        say("busy", to: open("/dev/tty", O_WRONLY))
        while terminal.size.columns >= 0 { usleep(1000) }
    case .key(.control("p")):
        say("torn\u{1B}[2J\nlast words", to: STDERR_FILENO)
        say("\nhalf", to: STDOUT_FILENO)
    case .key(.control("w")): wake(terminal.waker)
    default: break
    }
}
terminal.close()
terminal.close()
terminal.waker.wake()
say("fixture: closed after \(count) inputs\n", to: STDOUT_FILENO)
