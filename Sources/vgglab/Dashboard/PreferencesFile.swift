// Where preferences are kept between starts.

import Dashboard
import Foundation

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

    static func write(_ preferences: Preferences) throws {
        let file = URL(filePath: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(preferences.text.utf8).write(to: file, options: .atomic)
    }
}
