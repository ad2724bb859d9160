// Messages from other threads to the dashboard. Posting never blocks, least of all a training thread.

import Dashboard
import Experiments
import Model
import Runner
import Synchronization

/// Collects messages for the screen's thread.
final class Mailbox: RunObserver, Sendable {
    private struct Contents {
        var messages: [Message] = []
        var records: [RunRecord] = []
    }

    /// More records than this between two frames are thinned; their running means stand in for what was left out.
    private static let maxRecords = 512

    private let contents = Mutex(Contents())
    private let wake: @Sendable () -> Void

    /// - Parameter wake: wakes the thread that takes the messages.
    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    func post(_ message: Message) {
        contents.withLock { $0.messages.append(message) }
        wake()
    }

    /// Posts a run's record without waking the screen, which polls often enough while runs continue.
    func post(_ record: RunRecord) {
        contents.withLock { contents in
            if contents.records.count >= Self.maxRecords, record.isProgress, let last = contents.records.last,
                last.run == record.run, last.isProgress
            {
                contents.records[contents.records.count - 1] = record
            } else {
                contents.records.append(record)
            }
        }
    }

    func observe(_ record: RunRecord) { post(record) }

    func observe(profile: [PassTime], of run: String) {
        post(.profile(run: run, LayerShare.shares(profile.map { ($0.layer, $0.seconds) })))
    }

    /// Takes all messages since the last call, in order.
    func take() -> [Message] {
        contents.withLock { contents in
            defer { contents = Contents() }
            return contents.messages + (contents.records.isEmpty ? [] : [.records(contents.records)])
        }
    }
}

extension RunRecord {
    fileprivate var isProgress: Bool { if case .progress = event { true } else { false } }
}
