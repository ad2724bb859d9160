// A data set in memory, loaded from its four files and validated as a whole.

package import Experiments
internal import Files
internal import Foundation
internal import Synchronization
internal import Threads

package struct Dataset: Sendable {
    /// Name in experiments.
    package let name: String
    /// Absolute path of the folder with its files.
    package let folder: String
    /// The images to train on.
    package let train: LabelledImages
    /// The images to evaluate on.
    package let test: LabelledImages
    /// Number of classes: the largest training label + 1.
    package let numClasses: Int
    /// Names of the classes: Fashion-MNIST's if the files are verified, else the labels.
    package let classNames: [String]
    /// Whether all four files are the known ones of Fashion-MNIST, by SHA-256.
    package let isVerified: Bool
    /// SHA-256 of all images and labels, in hexadecimal.
    package let checksum: String

    /// A warning if the files are not what the name promises.
    package var remark: String? {
        switch (name == FashionMNIST.name, isVerified) {
        case (true, false): "\(folder): not the known Fashion-MNIST files; results will not compare"
        case (false, true): "\(folder): these are Fashion-MNIST files, not \(name)"
        case (true, true), (false, false): nil
        }
    }

    /// The data set's facts.
    package var facts: DatasetFacts {
        DatasetFacts(
            name: name, numClasses: numClasses, classNames: isVerified ? classNames : nil,
            trainExamples: train.count, testExamples: test.count, height: train.height, width: train.width,
            channels: train.channels)
    }

    /// Finds and loads a data set.
    ///
    /// - Parameters:
    ///   - name: name of the data set, such as `fashion-mnist`.
    ///   - dataFolder: the only folder to search; `nil` for those of `DatasetSearch`.
    ///   - environment: the process's environment variables.
    /// - Throws: `DatasetError` that names the file and what is wrong with it.
    package static func load(
        named name: String = FashionMNIST.name, dataFolder: String? = nil, environment: [String: String]
    ) throws(DatasetError) -> Dataset {
        try load(from: DatasetSearch(named: name, dataFolder: dataFolder, environment: environment))
    }

    /// Loads the data set that a search finds.
    ///
    /// - Throws: `DatasetError` that names the file and what is wrong with it.
    package static func load(from search: DatasetSearch) throws(DatasetError) -> Dataset {
        let (folder, files) = try search.locate()
        // Loads both halves in parallel: inflating them dominates the program's start.
        let halves = Mutex<[FileRole: Result<Part, DatasetError>]>([:])
        let roles: [(images: FileRole, labels: FileRole)] = [(.trainImages, .trainLabels), (.testImages, .testLabels)]
        let load = { @Sendable (half: Int) in
            let (images, labels) = roles[half]
            let part = Result { () throws(DatasetError) in
                try Part(images: images, labels: labels, files: files, search: search)
            }
            halves.withLock { $0[images] = part }
        }
        let isLoaded = DispatchSemaphore(value: 0)
        let hasStarted = startThread {
            load(1)
            isLoaded.signal()
        }
        load(0)
        if hasStarted { isLoaded.wait() } else { load(1) }
        func half(_ images: FileRole) throws(DatasetError) -> Part {
            guard let part = halves.withLock({ $0[images] }) else {
                throw .notFound(dataset: search.dataset, folders: search.folders)
            }
            return try part.get()
        }
        let (train, test) = (try half(.trainImages), try half(.testImages))

        guard test.images.height == train.images.height, test.images.width == train.images.width else {
            throw test.imagesFile.fault(
                .sizeMismatch(
                    height: test.images.height, width: test.images.width, expectedHeight: train.images.height,
                    expectedWidth: train.images.width))
        }
        guard test.images.channels == train.images.channels else {
            throw test.imagesFile.fault(
                .channelMismatch(channels: test.images.channels, expected: train.images.channels))
        }
        let numClasses = Int(train.images.labels.max() ?? 0) + 1
        if let index = test.images.labels.firstIndex(where: { $0 >= numClasses }) {
            let label = Int(test.images.labels[index])
            throw test.labelsFile.fault(.unknownLabel(label: label, index: index, classes: numClasses))
        }
        let isVerified = train.isVerified && test.isVerified
        return Dataset(
            name: search.dataset, folder: URL(filePath: folder).path, train: train.images, test: test.images,
            numClasses: numClasses,
            classNames: isVerified ? FashionMNIST.classNames : (0..<numClasses).map(String.init),
            isVerified: isVerified, checksum: checksum(of: train.digests + test.digests))
    }

    /// Combines four files' checksums: training images and labels, then test images and labels.
    static func checksum(of digests: [String]) -> String { SHA256.hexadecimal(of: digests.joined(separator: " ")) }
}

/// Training or test images with their labels.
private struct Part {
    let images: LabelledImages
    let isVerified: Bool
    /// SHA-256 of the uncompressed files: images, then labels.
    let digests: [String]
    let imagesFile: DataFile
    let labelsFile: DataFile

    init(
        images imagesRole: FileRole, labels labelsRole: FileRole, files: [FileRole: DataFile], search: DatasetSearch
    ) throws(DatasetError) {
        guard let imagesFile = files[imagesRole], let labelsFile = files[labelsRole] else {
            throw .notFound(dataset: search.dataset, folders: search.folders)
        }
        self.imagesFile = imagesFile
        self.labelsFile = labelsFile
        let pixels = try Self.array(in: imagesFile, ranks: 3...4)
        let labels = try Self.array(in: labelsFile, ranks: 1...1)
        guard labels.elements.count == pixels.dimensions[0] else {
            throw labelsFile.fault(.countMismatch(labels: labels.elements.count, images: pixels.dimensions[0]))
        }
        images = try LabelledImages(pixels, labels: labels.elements, of: imagesFile)
        digests = [pixels.digest, labels.digest]
        isVerified =
            pixels.digest == FashionMNIST.digest(of: imagesRole)
            && labels.digest == FashionMNIST.digest(of: labelsRole)
    }

    /// Reads a file's array, and checks that its compressed or uncompressed version has the same content.
    private static func array(in file: DataFile, ranks: ClosedRange<Int>) throws(DatasetError) -> IDXArray {
        let array = try IDXArray(file.read(), ranks: ranks, of: file)
        guard let twin = file.twin.map({ DataFile(path: $0, dataset: file.dataset) }) else { return array }
        guard try IDXArray(twin.read(), ranks: ranks, of: twin) == array else {
            throw file.fault(.differs(from: twin.path.split(separator: "/").last.map(String.init) ?? twin.path))
        }
        return array
    }
}
