// Where the time of a run's step went, kept beside its experiment so that it can be seen when the run is over. A run
// without it lacks nothing else: what cannot be written or read is not there.

internal import Experiments
internal import Files
internal import Foundation

/// The time that a layer takes in a training step.
package struct LayerTime: Sendable, Hashable, Codable {
    /// Index among the network's layers; `nil` for what belongs to the whole network.
    package let layer: Int?
    /// Wall seconds of the step, all passes together.
    package let seconds: Double

    package init(layer: Int?, seconds: Double) {
        self.layer = layer
        self.seconds = seconds
    }
}

extension RunStore {
    private func profilePath(of run: RunInfo) -> String { "\(folder(of: run))/profile.json" }

    /// Keeps a step's profile in place of the one before.
    package func keep(profile: [LayerTime], of run: RunInfo) {
        guard let data = try? JSONEncoder().encode(profile) else { return }
        try? data.write(to: URL(filePath: profilePath(of: run)))
    }

    /// A run's last profile; empty where none was kept.
    package func profile(of run: RunInfo) -> [LayerTime] {
        guard let bytes = Folders.contents(of: profilePath(of: run), most: 1 << 20) else { return [] }
        let profile = (try? JSONDecoder().decode([LayerTime].self, from: Data(bytes))) ?? []
        return profile.filter { $0.layer ?? 0 >= 0 && RunLimits.seconds.contains($0.seconds) }
    }
}
