// The dashboard's loop: input and news become messages, messages update the state, the state is drawn. It runs on one
// thread, which only waits for the terminal.

import CursesTerminal
import Dashboard
import Experiments
import Foundation
import Model
import Runner
import RunStore
import Screen
import Training

/// Runs the dashboard on a terminal until it is quit.
struct DashboardScreen {
    /// Seconds between two frames that only show news; keys are drawn at once.
    private static let newsInterval = 0.1

    private let terminal: CursesTerminal
    private let mailbox: Mailbox
    private let stage: any DashboardBackend
    private var state: State
    private var isDirty = true
    private var isEnding = false
    private var endingSince = 0.0
    private var status: Int32 = 0
    /// Warnings of runs while the program was ending; they are printed after the screen is closed.
    private(set) var lastWarnings: [String] = []

    init(_ terminal: CursesTerminal, mailbox: Mailbox, stage: any DashboardBackend, preferences: Preferences) {
        self.terminal = terminal
        terminal.suspending = Suspension.whileIdle
        self.mailbox = mailbox
        self.stage = stage
        state = State(size: terminal.size, costs: Vgglab.backend.costs, preferences: preferences) { seconds in
            var (time, local) = (time_t(seconds), tm())
            return localtime_r(&time, &local) == nil ? 0 : local.tm_gmtoff
        }
        use(preferences)
    }

    /// Shows the dashboard until it ends.
    ///
    /// - Returns: the exit status.
    mutating func run() -> Int32 {
        draw()
        stage.begin()
        var lastNews = monotonicSeconds()
        while !isEnding || !stage.isIdle {
            let wait = state.isMoving || isEnding ? Self.newsInterval : 1
            let hasInput = takeInput(wait: max(lastNews + wait - monotonicSeconds(), 0))
            let now = monotonicSeconds()
            if hasInput || now - lastNews >= Self.newsInterval {
                takeNews(at: now)
                lastNews = now
            }
            if isDirty { draw() }
        }
        takeNews(at: monotonicSeconds())
        return status
    }

    /// Waits for input and handles all of it.
    private mutating func takeInput(wait seconds: Double) -> Bool {
        guard var input = terminal.next(timeout: .seconds(seconds)) else { return false }
        while true {
            take(input)
            guard let more = terminal.next(timeout: .zero) else { return true }
            input = more
        }
    }

    private mutating func take(_ input: Input) {
        if case .woken = input { return }
        if case .signal(let number) = input {
            // One request may arrive as several signals.
            if isEnding && monotonicSeconds() - endingSince < Signals.spanSeconds { return }
            // A second Ctrl-C quits at once.
            if isEnding && number == SIGINT { endNow() }
            status = 128 + number
        }
        update(.input(input))
    }

    private mutating func takeNews(at now: Double) {
        for message in mailbox.take() {
            if isEnding, case .records(let records) = message { lastWarnings += records.compactMap(\.warning) }
            update(message)
        }
        update(.tick(seconds: now, time: Date().timeIntervalSince1970))
    }

    private mutating func update(_ message: Message) {
        for effect in state.update(message) { perform(effect) }
        isDirty = true
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .quit:
            stage.stopAll()
            if !isEnding { endingSince = monotonicSeconds() }
            isEnding = true
        case .abandon: endNow()
        case .redraw: terminal.redraw()
        case .suspend: terminal.suspend()
        case .savePreferences(let preferences):
            use(preferences)
            stage.perform(effect)
        default: stage.perform(effect)
        }
    }

    /// Quits while runs are being saved, as if the program had been interrupted.
    private func endNow() -> Never {
        terminal.close()
        exit(128 + SIGINT)
    }

    private func use(_ preferences: Preferences) {
        terminal.palette = preferences.palette
    }

    private mutating func draw() {
        let frame = state.frame(glyphs: terminal.glyphs, colors: terminal.colors)
        terminal.draw(frame.cells, cursor: frame.cursor)
        isDirty = false
    }
}

extension RunRecord {
    /// The run's warning, with its name.
    fileprivate var warning: String? { if case .warning(let text) = event { "\(run): \(text)" } else { nil } }
}
