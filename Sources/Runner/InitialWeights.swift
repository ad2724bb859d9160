// The weights of another run that a run starts with. They are linked into the run's own folder, so that it can start over
// and be verified whatever happens to the other run.

internal import Checkpoints
internal import Glibc
package import RunStore

package struct InitialWeights {
    /// The full name of the other run.
    let run: String
    /// The file with its best weights, or with its last ones before its first evaluation.
    let path: String

    /// Finds a run's weights.
    ///
    /// - Parameter name: its name, a unique prefix of it, or `last`.
    init(ofRun name: String, in store: RunStore) throws(RunnerError) {
        do {
            let found = try store.run(named: name)
            let checkpoint = try store.bestCheckpoint(of: found) ?? store.checkpoint(named: "last", of: found)
            try checkpoint.checkpoint.verify()
            (run, path) = (found.name, checkpoint.checkpoint.weightsPath)
        } catch {
            throw RunnerError("network.from: \(error)")
        }
    }

    /// Returns where a run keeps the weights that it started with.
    package static func path(of run: RunInfo, in store: RunStore) -> String {
        "\(store.folder(of: run))/initial.safetensors"
    }

    /// Links the weights into the folder of the run that starts with them.
    func keep(for run: RunInfo, in store: RunStore) throws(RunnerError) {
        let target = Self.path(of: run, in: store)
        guard link(path, target) == 0 else {
            throw RunnerError("\(target): cannot be created: \(String(cString: strerror(errno)))")
        }
    }
}
