// TensorBoard event files on disk: one that grows with a run, and one that is written at once.

package import Experiments
package import Files
internal import Glibc

/// An event file that grows while a run trains, so that TensorBoard can follow it.
///
/// Each record is in the file when `append` returns. A resumed run starts another file in the same folder.
package final class TensorBoardLog {
    /// The path of the file.
    package let path: String
    private let descriptor: Int32
    private var events = TensorBoardEvents()

    /// Creates a file `events.out.tfevents.<seconds>.<host>.<pid>.<n>`.
    ///
    /// - Parameters:
    ///   - folder: the run's own folder; created with its parents if missing.
    ///   - time: seconds since 1970.
    /// - Throws: `FileError` if the system refuses.
    package init(folder: String, time: Double) throws(FileError) {
        try makeFolder(folder)
        var number = 0
        var file: (path: String, descriptor: Int32)
        repeat {
            file.path = "\(folder)/" + fileName(time: time, process: Int(getpid()), number: number)
            file.descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
            number += 1
        } while file.descriptor < 0 && errno == EEXIST
        guard file.descriptor >= 0 else { throw FileError(.writing, file.path, code: errno) }
        (path, descriptor) = file
        try write(TensorBoardEvents.header(time: time))
    }

    deinit { close(descriptor) }

    /// Creates a folder for the runs' folders, and checks that it can be written.
    ///
    /// - Parameter folder: created with its parents if missing.
    /// - Throws: `FileError` if the system refuses.
    package static func check(_ folder: String) throws(FileError) {
        try makeFolder(folder)
        try AtomicFile.check("\(folder)/events")
    }

    /// Appends a record; a run's records must come in order.
    ///
    /// - Throws: `FileError` if the system refuses; the file is valid up to the previous record.
    package func append(_ record: RunRecord) throws(FileError) {
        try write(events.bytes(for: record))
    }

    private func write(_ bytes: [UInt8]) throws(FileError) {
        if let code = bytes.withUnsafeBytes({ writeAll($0, to: descriptor) }) {
            throw FileError(.writing, path, code: code)
        }
    }

    /// Writes a whole run into a folder atomically; the file is named after the run's start.
    ///
    /// - Parameters:
    ///   - records: the records of one run, in any order.
    ///   - folder: created with its parents if missing.
    ///   - overwrite: whether to replace the same run's file.
    /// - Returns: the path of the file.
    /// - Throws: `FileError` if the system refuses, or if a file exists that must not be replaced.
    @discardableResult
    package static func write(
        _ records: [RunRecord], to folder: String, overwrite: Bool = false
    ) throws(FileError) -> String {
        let records = records.sorted { $0.sequence < $1.sequence }
        let time = records.first?.time ?? 0
        var events = TensorBoardEvents()
        var bytes = TensorBoardEvents.header(time: time)
        for record in records { bytes += events.bytes(for: record) }
        try makeFolder(folder)
        let path = "\(folder)/" + fileName(time: time, process: 0, number: 0)
        try writeFile(bytes, to: path, overwrite: overwrite)
        return path
    }
}

/// Returns a file name. TensorBoard finds event files by `tfevents` in their names and reads them in the order of their
/// names.
private func fileName(time: Double, process: Int, number: Int) -> String {
    var host = [CChar](repeating: 0, count: 65)
    gethostname(&host, host.count - 1)
    let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let seconds = Int(exactly: time.rounded(.down)) ?? 0
    return "events.out.tfevents.\(seconds).\(name).\(process).\(number)"
}

/// Creates a folder and its parents if missing.
private func makeFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return }
    var code = errno
    if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
        try makeFolder(String(path[..<slash]))
        if mkdir(path, 0o777) == 0 { return }
        code = errno
    }
    var status = stat()
    if code == EEXIST {
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        throw FileError(path, "is not a folder; remove it or give another name")
    }
    throw FileError(.writing, path, code: code)
}
