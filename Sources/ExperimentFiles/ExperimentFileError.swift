// Why an experiment file cannot be used, in a sentence that says where and what would work.
// What must hold of a value is Codec's and Schema's to say.

/// Why there is no experiment. `description` is the whole sentence, place first.
package enum ExperimentFileError: Error, Equatable, CustomStringConvertible {
    /// The file as a whole: missing, a folder, too large, empty, or a problem with no single line.
    case file(path: String, problem: String)
    /// Something on one line, counted from 1.
    case line(path: String, line: Int, excerpt: Excerpt, problem: String)
    /// Something in a `--set key=value`, which is given without `--set`.
    case override(String, problem: String)

    package var description: String {
        switch self {
        case .file(let path, let problem): "\(path): \(problem)"
        case .line(let path, let line, _, let problem): "\(path):\(line): \(problem)"
        case .override(let text, let problem): "--set \(text.shortened(to: 80)): \(problem)"
        }
    }

    /// The line to show below the sentence, where one is to blame.
    package var excerpt: Excerpt? {
        if case .line(_, _, let excerpt, _) = self { excerpt } else { nil }
    }
}

extension String {
    /// What fits into an error sentence: no control characters, and an ellipsis where it is cut.
    func shortened(to limit: Int) -> String {
        let cut = unicodeScalars.prefix(limit + 1).map { $0.isVisible ? $0 : "\u{FFFD}" }
        let kept = String(String.UnicodeScalarView(cut.prefix(limit)))
        return cut.count > limit ? kept + "…" : kept
    }
}

extension Unicode.Scalar {
    /// Whether it can stand in a line of text without breaking or steering it.
    var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate: false
        default: true
        }
    }
}
