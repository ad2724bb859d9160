// Where preferences are stored.

import Checkpoints
import Dashboard
import Files
import Foundation
import Safetensors

/// `$XDG_CONFIG_HOME/vgglab/dashboard`, else `~/.config/vgglab/dashboard`.
enum PreferencesFile {
    private static var path: String {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"] ?? NSHomeDirectory()
        let folder = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.config"
        return "\(folder)/vgglab/dashboard"
    }

    static func read() -> Preferences {
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        return Preferences(text: text ?? "")
    }

    /// - Throws: an error whose description names the file and the reason.
    static func write(_ preferences: Preferences) throws {
        try Folders.make(AtomicFile.folder(of: path))
        var file = try AtomicFile(path)
        try Array(preferences.text.utf8).withUnsafeBytes { try file.append($0) }
        try file.commit(flush: false)
    }
}
