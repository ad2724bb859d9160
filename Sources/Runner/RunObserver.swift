// Observers of a run while it trains: the store, a log, event files, a dashboard.

package import Experiments
package import Model
internal import RunStore

/// Observes runs while they train, on the thread of each.
package protocol RunObserver {
    /// Handles the records of a run, in order.
    func observe(_ record: RunRecord)

    /// Handles the time of each pass in a step of a run, once early in each epoch.
    func observe(profile: [PassTime], of run: String)
}

extension RunObserver {
    package func observe(profile: [PassTime], of run: String) {}
}

extension RunRecorder: RunObserver {
    package func observe(_ record: RunRecord) { self.record(record) }

    package func observe(profile: [PassTime], of run: String) {
        var seconds: [Int?: Double] = [:]
        for time in profile { seconds[time.layer, default: 0] += time.seconds }
        let times = seconds.map { LayerTime(layer: $0.key, seconds: $0.value) }
        record(profile: times.sorted { ($0.layer ?? .max) < ($1.layer ?? .max) })
    }
}
