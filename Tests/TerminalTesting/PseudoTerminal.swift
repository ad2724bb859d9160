// Runs a program in a pseudo-terminal: sends keys and reads the screen.

package import Glibc

/// A program that leads the session of a pseudo-terminal.
package final class PseudoTerminal {
    package private(set) var screen: VirtualScreen
    /// All output of the program.
    package private(set) var bytes: [UInt8] = []
    /// Process ID of the program.
    package let process: pid_t
    private let controller: Int32
    private let terminal: Int32
    private var status: Int32?

    // Linux's requests to a pseudo-terminal's controlling side, which are missing in Glibc's module.
    private static let setLock = UInt(0x4004_5431)  // TIOCSPTLCK
    private static let getNumber = UInt(0x8004_5430)  // TIOCGPTN

    /// How a program ended.
    package enum Ending: Equatable {
        case exited(Int32)
        case killed(Int32)
        /// It did not end in time.
        case runs
    }

    /// Why no terminal could be created.
    package struct Failure: Error {
        package let what: String
        package let number: Int32
    }

    /// Starts a program, with default actions for all signals.
    package init(
        _ command: [String], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]
    ) throws {
        screen = VirtualScreen(columns: columns, rows: rows)
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, Int32) = (0, 0)
        guard controller >= 0, ioctl(controller, Self.setLock, &lock) == 0,
            ioctl(controller, Self.getNumber, &number) == 0
        else { throw Failure(what: "open a pseudo-terminal", number: errno) }
        let name = "/dev/pts/\(number)"
        // Stays open, so that the terminal outlives the program and its modes can be inspected.
        terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
        setlocale(LC_CTYPE, "C.UTF-8")  // for the widths of characters
        process = try Self.spawn(command, on: name, environment: environment) { [controller] in
            Self.setSize(of: controller, columns: columns, rows: rows)
        }
        _ = fcntl(controller, F_SETFL, O_NONBLOCK)
    }

    // Whatever the result of a test, no program is left running.
    deinit {
        if ending == .runs {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(controller)
        close(terminal)
    }

    private static func spawn(
        _ command: [String], on terminal: String, environment: [String: String], prepare: () -> Void
    ) throws -> pid_t {
        prepare()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a session leader opens becomes the session's.
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        for file in [1, 2] as [Int32] { posix_spawn_file_actions_adddup2(&actions, 0, file) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        let newSession = 0x80  // POSIX_SPAWN_SETSID
        posix_spawnattr_setflags(
            &attributes, Int16(newSession | Int(POSIX_SPAWN_SETSIGDEF) | Int(POSIX_SPAWN_SETSIGMASK)))

        var variables = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"]
        variables["SWIFT_BACKTRACE"] = "enable=no"
        variables.merge(environment) { $1 }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in arguments + settings { free(pointer) } }
        var process: pid_t = 0
        let error = posix_spawnp(&process, command[0], &actions, &attributes, &arguments, &settings)
        guard error == 0 else { throw Failure(what: "start \(command[0])", number: error) }
        return process
    }

    private static func setSize(of terminal: Int32, columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
    }

    // MARK: User actions

    /// Sends text, or the sequences of keys and the mouse.
    package func type(_ text: String) { send(Array(text.utf8)) }

    /// Sends bytes while reading output; otherwise both sides could wait for each other.
    package func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(controller, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) }
            if count < 0, errno != EAGAIN, errno != EINTR { return }
            take(within: rest.isEmpty ? 0 : 10)
        }
    }

    /// Resizes the terminal.
    package func resize(columns: Int, rows: Int) {
        take(within: 0)
        screen.resize(columns: columns, rows: rows)
        Self.setSize(of: controller, columns: columns, rows: rows)
    }

    /// Sends a signal to the program only.
    package func signal(_ number: Int32) { kill(process, number) }

    // MARK: Results

    /// Waits until the screen satisfies a condition; returns `false` on timeout.
    package func wait(seconds: Double = 60, until condition: (VirtualScreen) -> Bool) -> Bool {
        let start = ContinuousClock.now
        while true {
            let isOver = ending != .runs
            take(within: isOver ? 0 : 20)
            if condition(screen) { return true }
            if isOver || ContinuousClock.now - start > .seconds(seconds) { return false }
        }
    }

    /// Waits for the end of the program, and reads its last output.
    package func end(seconds: Double = 60) -> Ending {
        let start = ContinuousClock.now
        while ending == .runs, ContinuousClock.now - start < .seconds(seconds) { take(within: 5) }
        take(within: 0)
        return ending
    }

    /// The terminal's modes.
    package var modes: [UInt32] {
        var modes = termios()
        tcgetattr(terminal, &modes)
        return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag]
    }

    private var ending: Ending {
        if status == nil {
            var now: Int32 = 0
            if waitpid(process, &now, WNOHANG) == process { status = now }
        }
        guard let status else { return .runs }
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
    }

    private func take(within milliseconds: Int32) {
        var file = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
        guard poll(&file, 1, milliseconds) > 0 else { return }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(controller, &chunk, chunk.count)
            guard count > 0 else { return }
            bytes += chunk[..<count]
            screen.take(chunk[..<count])
        }
    }
}
