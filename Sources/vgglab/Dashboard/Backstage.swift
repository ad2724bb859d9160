// What stands behind the dashboard's screen: the workbench, or a run that is shown once more.

import Dashboard
import Experiments
import Foundation
import RunStore
import Training

/// Carries out what the dashboard wants done, and tells it what there is through a mailbox.
protocol Backstage {
    /// Begins to tell what there is.
    func begin()
    /// Carries out an effect that is not the screen's own; never waits.
    func perform(_ effect: Effect)
    /// Ends all runs, with their state kept.
    func stopAll()
    /// Whether no run computes any more.
    var isIdle: Bool { get }
}

/// A run of the store, told once more as it was, only faster.
final class ReplayStage: Backstage, Sendable {
    private let run: RunEntry
    private let records: [RunRecord]
    private let seconds: Double
    private let mailbox: Mailbox
    private let stop = StopRequest()

    /// - Parameter seconds: how long the whole run takes.
    init(_ run: RunEntry, _ records: [RunRecord], seconds: Double, mailbox: Mailbox) {
        self.run = run
        self.records = records
        self.seconds = seconds
        self.mailbox = mailbox
    }

    func begin() {
        mailbox.post(.experiments([]))
        mailbox.post(.runs([RunEntry(name: run.name, experiment: run.experiment, state: .running, isOurs: false)]))
        let thread = Thread { [self] in tell() }
        thread.name = "replay"
        thread.start()
    }

    /// Tells each record at its share of the whole time.
    private func tell() {
        let begin = monotonicSeconds()
        for (index, record) in records.enumerated() {
            let due = begin + seconds * Double(index) / Double(max(records.count, 1))
            while monotonicSeconds() < due {
                if stop.isMade { return }
                usleep(10_000)
            }
            mailbox.post(record)
        }
        mailbox.post(.runs([run]))
        mailbox.post(.notice("this was \(run.name)", isError: false))
    }

    func perform(_ effect: Effect) {
        switch effect {
        case .loadHistory(let run): mailbox.post(.history(run: run, []))
        case .loadPredictions(let run, _):
            mailbox.post(.predictions(run: run, .failure(Problem("a replay has no pictures; open the run in vgglab"))))
        case .launch, .pause, .unpause, .stop, .resume, .restart, .moveInQueue, .delete, .changeTags, .setNote,
            .saveExperiment:
            mailbox.post(.notice("this is a replay; start vgglab to train and to change runs", isError: true))
        case .loadCheckpoints(let run): mailbox.post(.checkpoints(run: run, []))
        case .loadFacts, .loadProfile, .savePreferences, .redraw, .suspend, .quit, .abandon: break
        }
    }

    func stopAll() { stop.make() }
    var isIdle: Bool { true }
}
