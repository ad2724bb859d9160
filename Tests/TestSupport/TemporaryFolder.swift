// A temporary folder for a test. Suites add their own files in extensions.

internal import Foundation

/// A folder that is removed with the last reference to it.
package final class TemporaryFolder: Sendable {
    /// Its absolute path.
    package let path: String

    /// Creates an empty folder inside the system's temporary one.
    package init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vgglab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Returns the path of a file in the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The names of the files in the folder, including hidden ones.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }

    /// Writes a file, and creates the folders above it.
    ///
    /// - Returns: its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = URL(filePath: file(name))
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    /// Returns a file's content.
    package func bytes(of name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file(name)))) }
}
