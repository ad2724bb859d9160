// The profile of a run's step, stored beside its experiment for display after the run. It is optional: errors in
// writing and reading it are ignored.

internal import Experiments
internal import Files
internal import Foundation

/// The time that a layer takes in a training step.
package struct LayerTime: Sendable, Hashable, Codable {
    /// Index among the network's layers; `nil` for work that belongs to the whole network.
    package let layer: Int?
    /// Wall-clock seconds of all passes together.
    package let seconds: Double

    package init(layer: Int?, seconds: Double) {
        self.layer = layer
        self.seconds = seconds
    }
}

extension RunStore {
    private func profilePath(of run: RunInfo) -> String { "\(folder(of: run))/profile.json" }

    /// Stores a step's profile, replacing the previous one.
    package func keep(profile: [LayerTime], of run: RunInfo) {
        guard let data = try? JSONEncoder().encode(profile) else { return }
        try? data.write(to: URL(filePath: profilePath(of: run)))
    }

    /// Returns a run's last profile; empty if there is none.
    package func profile(of run: RunInfo) -> [LayerTime] {
        guard let bytes = Folders.contents(of: profilePath(of: run), most: 1 << 20) else { return [] }
        let profile = (try? JSONDecoder().decode([LayerTime].self, from: Data(bytes))) ?? []
        return profile.filter { $0.layer ?? 0 >= 0 && RunLimits.seconds.contains($0.seconds) }
    }
}
