// Why an experiment file cannot be used, as a sentence with the place and what would work. Codec and Schema define the
// requirements.

/// Why an experiment cannot be read. `description` is the whole sentence, starting with the place.
package enum ExperimentFileError: Error, Equatable, CustomStringConvertible {
    /// A problem with the whole file: missing, a folder, too large, empty, or not on a single line.
    case file(path: String, problem: String)
    /// A problem on one line, counted from 1.
    case line(path: String, line: Int, excerpt: Excerpt, problem: String)
    /// A problem in a setting `key=value` that overrides the file; `item` is the one to blame in a list, from 1.
    case override(String, item: Int? = nil, problem: String)

    package var description: String {
        switch self {
        case .file(let path, let problem): "\(path): \(problem)"
        case .line(let path, let line, _, let problem): "\(path):\(line): \(problem)"
        case .override(let text, _, let problem): "\(text.shortened(to: 80)): \(problem)"
        }
    }

    /// The line to show below the sentence, if there is one.
    package var excerpt: Excerpt? {
        if case .line(_, _, let excerpt, _) = self { excerpt } else { nil }
    }
}

extension String {
    /// Shortens a text for a sentence: no control characters, and an ellipsis where it is cut.
    func shortened(to limit: Int) -> String {
        let cut = unicodeScalars.prefix(limit + 1).map { $0.isVisible ? $0 : "\u{FFFD}" }
        let kept = String(String.UnicodeScalarView(cut.prefix(limit)))
        return cut.count > limit ? kept + "…" : kept
    }
}

extension Unicode.Scalar {
    /// Whether it can be part of a line without breaking it or affecting the terminal.
    var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate: false
        default: true
        }
    }
}
