// A folder of its own for a test. What a suite's files look like is that suite's extension.

internal import Foundation

/// A folder that is removed with the last reference to it.
package final class TemporaryFolder: Sendable {
    /// Where it is, an absolute path.
    package let path: String

    /// Makes an empty folder under the system's temporary one.
    package init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vgglab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The names of what is in it, hidden files as well.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }

    /// Writes a file, and the folders above it.
    ///
    /// - Returns: its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = URL(filePath: file(name))
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    /// A file's content.
    package func bytes(of name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file(name)))) }
}
