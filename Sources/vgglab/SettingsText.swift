// All settings of an experiment as text, with defaults dimmed.

import TerminalText
import ExperimentFiles
import Experiments
import RunLog

enum SettingsText {
    /// Returns lines of `key=value` that fit the terminal.
    ///
    /// - Parameters:
    ///   - indent: columns before each line.
    ///   - isShown: whether to show the setting with this path.
    static func lines(
        of experiment: Experiment, indent: Int = 0, where isShown: (String) -> Bool = { _ in true }
    ) -> [String] {
        let width = (Console.terminalColumns ?? 100) - indent
        var lines: [String] = []
        var column = 0
        for key in ExperimentKey.settings where isShown(key.path) {
            guard let value = ExperimentFile.value(of: key.path, in: experiment) else { continue }
            let word = Readable.visible("\(key.path)=\(value)")
            let columns = DisplayText.width(of: word)
            let shown = value == key.defaultValue ? Console.dim(word) : word
            if let last = lines.last, column + 1 + columns <= width {
                lines[lines.count - 1] = "\(last) \(shown)"
                column += 1 + columns
            } else {
                lines.append(shown)
                column = columns
            }
        }
        return lines
    }
}
