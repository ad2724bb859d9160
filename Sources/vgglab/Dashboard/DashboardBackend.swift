// The backend of the dashboard's screen: stored and running runs, or a replay.

import Dashboard
import Experiments
import Foundation
import RunStore
import Threads
import Training

/// Carries out the dashboard's effects and posts news to a mailbox.
protocol DashboardBackend {
    /// Starts posting news.
    func begin()
    /// Carries out an effect that is not the screen's own; never blocks.
    func perform(_ effect: Effect)
    /// Stops all runs and saves their state.
    func stopAll()
    /// Whether all runs have ended.
    var isIdle: Bool { get }
}

/// Plays a stored run back, faster.
final class ReplayBackend: DashboardBackend, Sendable {
    private let run: RunEntry
    private let records: [RunRecord]
    private let seconds: Double
    /// Seconds of training at each record.
    private let times: [Double]
    private let mailbox: Mailbox
    private let stop = StopRequest()

    /// - Parameter seconds: duration of the whole replay.
    init(_ run: RunEntry, _ records: [RunRecord], seconds: Double, mailbox: Mailbox) {
        self.run = run
        self.records = records
        self.seconds = seconds
        self.mailbox = mailbox
        var last = 0.0
        times = records.map { record in
            last = max(record.event.elapsedSeconds ?? last, last)
            return last
        }
    }

    func begin() {
        mailbox.post(
            .replay(
                ReplayInfo(
                    run: run.name, speed: times.last.map { $0 / max(seconds, 0.001) } ?? 1, createdAt: run.createdAt)))
        mailbox.post(.experiments([]))
        var replay = RunEntry(name: run.name, experiment: run.experiment, status: RunStatus(.running))
        (replay.isReplay, replay.isOurs) = (true, false)
        mailbox.post(.runs([replay]))
        if !startThread({ [self] in play() }) {
            mailbox.post(.notice(Vgglab.noThread, isError: true))
        }
    }

    /// Posts each record at its share of the total time.
    private func play() {
        let begin = monotonicSeconds()
        let whole = max(times.last ?? 0, .leastNormalMagnitude)
        for (record, time) in zip(records, times) {
            let due = begin + seconds * time / whole
            while monotonicSeconds() < due {
                if stop.isRequested { return }
                usleep(10_000)
            }
            mailbox.post(record)
        }
        mailbox.post(.runs([run]))
        mailbox.post(.notice("end of \(run.name)", isError: false))
    }

    func perform(_ effect: Effect) {
        switch effect {
        case .loadHistory(let run): mailbox.post(.history(run: run, []))
        case .loadPredictions(let run, let filter):
            mailbox.post(
                .predictions(run: run, filter, .failure(Problem("a replay has no images; open the run in vgglab"))))
        case .launch, .pause, .unpause, .stop, .resume, .restart, .moveInQueue, .delete, .changeTags, .setNote,
            .saveExperiment, .findRate:
            mailbox.post(.notice("this is a replay; start vgglab to train and to change runs", isError: true))
        case .loadCheckpoints(let run): mailbox.post(.checkpoints(run: run, []))
        case .stopFindingRate, .loadFacts, .loadProfile, .savePreferences, .redraw, .suspend, .quit, .abandon: break
        }
    }

    func stopAll() { stop.request() }
    var isIdle: Bool { true }
}

extension RunEvent {
    /// Seconds of training up to this event; `nil` if the event has none.
    fileprivate var elapsedSeconds: Double? {
        switch self {
        case .progress(let progress): progress.elapsedSeconds
        case .evaluating(let progress): progress.elapsedSeconds
        case .epochFinished(let epoch): epoch.elapsedSeconds
        case .runFinished(let summary): summary.elapsedSeconds
        case .runStarted, .checkpointSaved, .warning: nil
        }
    }
}
