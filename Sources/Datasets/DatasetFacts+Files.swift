// The facts of a data set, read only from the headers of the image files and from the labels.

package import Experiments

extension DatasetFacts {
    /// Reads the facts of the data set that a search finds.
    ///
    /// - Throws: `DatasetError` that names the file and what is wrong with it.
    package init(from search: DatasetSearch) throws(DatasetError) {
        let (_, files) = try search.locate()
        func file(_ role: FileRole) throws(DatasetError) -> DataFile {
            guard let file = files[role] else { throw .notFound(dataset: search.dataset, folders: search.folders) }
            return file
        }
        func layout(_ role: FileRole) throws(DatasetError) -> ImageLayout {
            let file = try file(role)
            return try ImageLayout(IDXArray.dimensions(of: file, ranks: 3...4), of: file)
        }
        let (train, test) = (try layout(.trainImages), try layout(.testImages))
        let labels = try file(.trainLabels)
        self.init(
            name: search.dataset,
            numClasses: Int(try IDXArray(labels.read(), ranks: 1...1, of: labels).elements.max() ?? 0) + 1,
            trainExamples: train.count, testExamples: test.count, height: train.height, width: train.width,
            channels: train.channels)
    }

    /// Returns the facts of a data set by name, from its files or, if Fashion-MNIST is not installed, from its
    /// publication.
    ///
    /// - Parameters:
    ///   - name: name in experiments.
    ///   - dataFolder: the only folder to search; `nil` for those of `DatasetSearch`.
    ///   - environment: the process's environment variables.
    /// - Throws: `DatasetError` that names the file and what is wrong with it.
    package static func known(
        named name: String, dataFolder: String?, environment: [String: String]
    ) throws(DatasetError) -> DatasetFacts {
        do throws(DatasetError) {
            return try DatasetFacts(
                from: DatasetSearch(named: name, dataFolder: dataFolder, environment: environment))
        } catch {
            if name == FashionMNIST.name, case .notFound = error { return FashionMNIST.facts }
            throw error
        }
    }
}
