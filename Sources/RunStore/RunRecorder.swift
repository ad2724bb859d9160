// Records a run's events: accepts each record immediately and writes pending ones about once a second on its own
// thread, so that training never waits for the disk.

package import Experiments
internal import Foundation
internal import GRDB
internal import RunLog
internal import Synchronization
internal import Threads

/// Maximum number of pending records while the store cannot be written: some tens of megabytes.
private let maxWaiting = 100_000

/// Writes one run's records into the store.
package final class RunRecorder: Sendable {
    private struct State {
        var waiting: [RunRecord] = []
        /// Completed share of the running evaluation; shown in lists, but not part of the history.
        var evaluated: Double?
        var isClosed = false
        var hasProblem = false
        var hasLostClaim = false
        /// Whether a thread writes; if none can be started, each record is written immediately.
        var hasThread = true
        var lost = 0

        /// Makes room: removes every second step, or the older half if there are hardly any steps.
        mutating func thin() {
            let count = waiting.count
            var isKept = false
            waiting.removeAll { record in
                guard case .progress = record.event else { return false }
                isKept.toggle()
                return !isKept
            }
            if waiting.count > maxWaiting * 3 / 4 { waiting.removeFirst(maxWaiting / 2) }
            lost += count - waiting.count
        }
    }

    private let store: RunStore
    private let run: RunInfo
    private let claim: RunClaim
    /// Every n-th step is recorded, so that a long run has about ten thousand.
    private let stride: Int
    private let onProblem: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let writing = Mutex(())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - claim: proves that the run belongs to this process.
    ///   - onProblem: called, on any thread, when the store cannot be written, and when it can be again.
    package init(
        _ store: RunStore, _ run: RunInfo, claim: RunClaim, onProblem: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.run = run
        self.claim = claim
        self.onProblem = onProblem
        stride = max(1, (run.stepsPerEpoch * run.epochs + 9_999) / 10_000)
        let hasStarted = startThread { [self] in
            while !state.withLock(\.isClosed) {
                _ = wake.wait(timeout: .now() + 1)
                try? flush()
            }
            ended.signal()
        }
        if !hasStarted {
            state.withLock { $0.hasThread = false }
            ended.signal()
        }
    }

    /// Accepts a record; never waits for the disk.
    package func record(_ record: RunRecord) {
        if case .evaluating(let progress) = record.event {
            state.withLock { $0.evaluated = progress.share }
            return
        }
        if case .progress(let progress) = record.event {
            let isLast = progress.stepInEpoch >= progress.stepsPerEpoch
            guard isLast || progress.step.isMultiple(of: stride) else { return }
        }
        state.withLock { state in
            state.evaluated = nil
            if state.waiting.count >= maxWaiting { state.thin() }
            state.waiting.append(record)
        }
        if !state.withLock(\.hasThread) { try? flush() }
    }

    /// Stores a step's profile, replacing the previous one.
    package func record(profile: [LayerTime]) { store.keep(profile: profile, of: run) }

    /// Writes all pending records.
    ///
    /// - Throws: `RunStoreError`; what was not written stays pending.
    package func flush() throws(RunStoreError) {
        let result = writing.withLock { _ in
            Result { () throws(RunStoreError) in
                keepClaim()
                let (records, evaluated) = state.withLock { state in
                    defer { state.waiting = [] }
                    return (state.waiting, state.evaluated)
                }
                guard !records.isEmpty || evaluated != nil else { return }
                do throws(RunStoreError) {
                    try store.write { try Self.insert(records, evaluated: evaluated, of: run, $0) }
                } catch {
                    let isNew = state.withLock { state in
                        state.waiting.insert(contentsOf: records, at: 0)
                        defer { state.hasProblem = true }
                        return !state.hasProblem
                    }
                    if isNew { onProblem("\(error); training continues, and vgglab will try again") }
                    throw error
                }
                let (wasProblem, lost) = state.withLock { state in
                    defer { (state.hasProblem, state.lost) = (false, 0) }
                    return (state.hasProblem, state.lost)
                }
                if wasProblem {
                    onProblem(
                        "the run is being recorded again; \(lost == 0 ? "nothing was" : "\(lost) records were") lost")
                }
            }
        }
        try result.get()
    }

    /// Restores what was removed of the run's folder.
    private func keepClaim() {
        do throws(RunStoreError) {
            if try store.restore(run, by: claim) {
                onProblem("the run's folder or its owner file was removed during training; it has been restored")
            }
            state.withLock { $0.hasLostClaim = false }
        } catch {
            let isNew = state.withLock { state in
                defer { state.hasLostClaim = true }
                return !state.hasLostClaim
            }
            if isNew { onProblem("the run's folder was removed during training: \(error)") }
        }
    }

    /// Writes all pending records and ends.
    package func finish() throws(RunStoreError) {
        state.withLock { $0.isClosed = true }
        wake.signal()
        ended.wait()
        try flush()
    }

    /// - Parameter evaluated: completed share of the running evaluation, 0 to 1.
    private static func insert(
        _ records: [RunRecord], evaluated: Double?, of run: RunInfo, _ database: Database
    ) throws {
        for record in records {
            switch record.event {
            case .progress(let step):
                let layers = step.layers.isEmpty ? nil : JSON.array(step.layers.map(\.json)).text
                try database.insert(
                    into: "step_metric",
                    [
                        "run": run.id, "sequence": record.sequence, "time": record.time, "epoch": step.epoch,
                        "step": step.step, "step_in_epoch": step.stepInEpoch, "steps_per_epoch": step.stepsPerEpoch,
                        "examples_seen": step.examplesSeen, "layers": layers,
                    ], Progress.metrics.map { ($0.key, $0.value(step)) })
            case .epochFinished(let epoch):
                try database.insert(
                    into: "epoch_metric",
                    [
                        "run": run.id, "sequence": record.sequence, "time": record.time, "epoch": epoch.epoch,
                        "step": epoch.step,
                    ], EpochMetrics.metrics.map { ($0.key, $0.value(epoch)) })
            case .evaluating: break
            case .runStarted, .checkpointSaved, .warning, .runFinished:
                try database.execute(
                    sql: "INSERT OR REPLACE INTO event VALUES (?, ?, ?)",
                    arguments: [run.id, record.sequence, record.json.text])
            }
        }
        if !records.isEmpty { try RunStore.refresh(run.id, database) }
        try database.execute(
            sql: "UPDATE run SET evaluated_share = :share WHERE id = :run AND evaluated_share IS NOT :share",
            arguments: ["share": evaluated, "run": run.id])
        guard case .runFinished(let summary) = records.last?.event else { return }
        let (state, reason) = summary.outcome.stored
        try database.execute(
            sql: """
                UPDATE run SET state = ?, reason = ?, ended_at = ?, elapsed_seconds = ?, step = ?,
                    examples_per_second = ?, peak_memory_bytes = ? WHERE id = ?
                """,
            arguments: [
                state.rawValue, reason, records.last?.time, summary.elapsedSeconds, summary.step,
                summary.examplesPerSecond, summary.peakMemoryBytes, run.id,
            ])
    }
}

extension Database {
    /// Inserts or replaces a row of metrics.
    fileprivate func insert(
        into table: String, _ place: KeyValuePairs<String, (any DatabaseValueConvertible)?>,
        _ metrics: [(key: String, value: Double?)]
    ) throws {
        let columns = (place.map(\.key) + metrics.map(\.key)).joined(separator: ", ")
        let marks = [String](repeating: "?", count: place.count + metrics.count).joined(separator: ", ")
        try cachedStatement(sql: "INSERT OR REPLACE INTO \(table) (\(columns)) VALUES (\(marks))").execute(
            arguments: StatementArguments(place.map(\.value) + metrics.map(\.value)))
    }
}

extension Outcome {
    fileprivate var stored: (RunState, reason: String) {
        switch self {
        case .completed: (.completed, "")
        case .stopped: (.stopped, "")
        case .diverged(let step): (.diverged, "loss or gradient was not finite at step \(step)")
        case .failed(let reason): (.failed, reason)
        }
    }
}
