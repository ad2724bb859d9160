// Data sets that several runs share: each is read once, by the first that asks. A run gets the data that it was trained on,
// or none.

package import Datasets
package import Experiments
package import RunStore
internal import Synchronization

/// Data sets, read when they are first asked for. Any thread may ask; one waits for another's reading.
package final class DatasetCache: Sendable {
    private struct Contents {
        var named: [String: Dataset] = [:]
        /// Those of runs.
        var recorded: [Dataset] = []

        /// What was read of this name with these images.
        func known(_ name: String, checksum: String) -> Dataset? {
            (named.values + recorded).first { $0.name == name && $0.checksum == checksum }
        }
    }

    private let folder: String?
    private let environment: [String: String]
    private let contents = Mutex(Contents())

    /// - Parameters:
    ///   - folder: the only folder in which a name is looked up; `nil` for the usual ones.
    ///   - environment: the process's environment variables.
    package init(folder: String?, environment: [String: String]) {
        self.folder = folder
        self.environment = environment
    }

    /// The data set of this name.
    ///
    /// - Throws: `DatasetError` that names the file and what is wrong with it; it is read again next time.
    package func dataset(named name: String) throws(DatasetError) -> Dataset {
        let result = contents.withLock { contents in
            Result { () throws(DatasetError) in
                if let known = contents.named[name] { return known }
                var dataset = try Dataset.load(named: name, dataFolder: folder, environment: environment)
                // Of data that a run has brought here nobody needs a second copy.
                if let known = contents.known(name, checksum: dataset.checksum), known.folder == dataset.folder {
                    dataset = known
                }
                contents.named[name] = dataset
                return dataset
            }
        }
        return try result.get()
    }

    /// What is known of a data set by its name, without reading its images.
    package func facts(of name: String) throws(DatasetError) -> DatasetFacts {
        if let known = contents.withLock({ $0.named[name] }) { return known.facts }
        return try DatasetFacts.known(named: name, dataFolder: folder, environment: environment)
    }

    /// The data that a run was trained on, by its checksum: from the folder that the run recorded, else from where its
    /// name is looked up.
    ///
    /// - Throws: `RunnerError` if it is in neither.
    package func dataset(of run: RunInfo) throws(RunnerError) -> Dataset {
        let name = try datasetName(of: run)
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
            "run \(run.name): the data that it was trained on, \(run.dataset), is not found (\(reason ?? "")); "
                + "give its folder with --data")
    }

    /// The data for an experiment that continues from a run, or trains one again: the run's own where it is still there
    /// and the experiment names it, else what is found by that name.
    package func dataset(for experiment: Experiment, like run: RunInfo) throws -> Dataset {
        if try datasetName(of: run) == experiment.data.dataset, let same = try? dataset(of: run) { return same }
        return try dataset(named: experiment.data.dataset)
    }

    private func datasetName(of run: RunInfo) throws(RunnerError) -> String {
        do throws(RunStoreError) { return try run.experiment().data.dataset } catch {
            throw RunnerError(error.description)
        }
    }
}
