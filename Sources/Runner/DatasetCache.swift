// Data sets that several runs share: each is read once, by whoever asks first.

public import Datasets
internal import Synchronization

/// Data sets by name, read when they are first asked for. Any thread may ask; one waits for another's reading.
public final class DatasetCache: Sendable {
    private let folder: String?
    private let environment: [String: String]
    private let datasets = Mutex<[String: Dataset]>([:])

    /// - Parameters:
    ///   - folder: the only folder to look in; `nil` for the usual ones.
    ///   - environment: the process's environment variables.
    public init(folder: String?, environment: [String: String]) {
        self.folder = folder
        self.environment = environment
    }

    /// The data set of this name.
    ///
    /// - Throws: `DatasetError` that names the file and what is wrong with it; it is read again next time.
    public func dataset(named name: String) throws(DatasetError) -> Dataset {
        let result = datasets.withLock { datasets in
            Result { () throws(DatasetError) in
                if let known = datasets[name] { return known }
                let dataset = try Dataset.load(named: name, dataFolder: folder, environment: environment)
                datasets[name] = dataset
                return dataset
            }
        }
        return try result.get()
    }
}
