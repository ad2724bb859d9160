// Data sets shared by several runs: each is read once, on first use. A run gets the data that it was trained on, or
// none.

package import Datasets
package import Experiments
package import RunStore
internal import Synchronization

/// Data sets, read on first use. Thread-safe: one thread waits for another's reading.
package final class DatasetCache: Sendable {
    private struct Contents {
        var named: [String: Dataset] = [:]
        /// Data sets of stored runs.
        var recorded: [Dataset] = []

        /// Returns the loaded data set with this name and checksum.
        func known(_ name: String, checksum: String) -> Dataset? {
            (named.values + recorded).first { $0.name == name && $0.checksum == checksum }
        }
    }

    private let folder: String?
    private let environment: [String: String]
    private let contents = Mutex(Contents())

    /// - Parameters:
    ///   - folder: the only folder to search; `nil` for the usual ones.
    ///   - environment: the process's environment variables.
    package init(folder: String?, environment: [String: String]) {
        self.folder = folder
        self.environment = environment
    }

    /// Returns the data set with this name.
    ///
    /// - Throws: `DatasetError` that names the file and what is wrong with it; the next call reads it again.
    package func dataset(named name: String) throws(DatasetError) -> Dataset {
        let result = contents.withLock { contents in
            Result { () throws(DatasetError) in
                if let known = contents.named[name] { return known }
                var dataset = try Dataset.load(named: name, dataFolder: folder, environment: environment)
                // Shares the data that a run has already loaded.
                if let known = contents.known(name, checksum: dataset.checksum), known.folder == dataset.folder {
                    dataset = known
                }
                contents.named[name] = dataset
                return dataset
            }
        }
        return try result.get()
    }

    /// Returns the facts of a data set by name, without reading its images.
    package func facts(of name: String) throws(DatasetError) -> DatasetFacts {
        if let known = contents.withLock({ $0.named[name] }) { return known.facts }
        return try DatasetFacts.known(named: name, dataFolder: folder, environment: environment)
    }

    /// Returns the data that a run was trained on, identified by checksum: from the folder that the run recorded, else
    /// from where its name is found.
    ///
    /// - Throws: `RunnerError` if it is in neither, or `RunStoreError`.
    package func dataset(of run: RunInfo) throws -> Dataset {
        let name = try run.experiment().data.dataset
        if let known = contents.withLock({ $0.known(name, checksum: run.dataChecksum) }) { return known }
        var reason: String?
        if let folder = run.dataFolder {
            do throws(DatasetError) {
                let found = try Dataset.load(named: name, dataFolder: folder, environment: environment)
                if found.checksum == run.dataChecksum {
                    contents.withLock { $0.recorded.append(found) }
                    return found
                }
                reason = "\(found.folder) has different data now"
            } catch {
                if case .brokenFile = error { reason = error.description }
            }
        }
        do throws(DatasetError) {
            let found = try dataset(named: name)
            if found.checksum == run.dataChecksum { return found }
            reason = reason ?? "\(found.folder) has different data"
        } catch {
            if case .notFound(_, let folders) = error {
                reason =
                    reason
                    ?? "none of \(([run.dataFolder].compactMap(\.self) + folders).joined(separator: ", ")) has it"
            }
            reason = reason ?? error.description
        }
        throw RunnerError(
            "run \(run.name): the data that it was trained on, \(run.dataset), was not found (\(reason ?? ""))",
            .dataFolder)
    }

    /// Returns the data for an experiment that continues or repeats a run: the run's own if it still exists and the
    /// experiment names it, else what is found by name.
    package func dataset(for experiment: Experiment, like run: RunInfo) throws -> Dataset {
        if try run.experiment().data.dataset == experiment.data.dataset, let same = try? dataset(of: run) {
            return same
        }
        return try dataset(named: experiment.data.dataset)
    }
}
