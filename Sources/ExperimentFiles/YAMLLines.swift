// Finds the wrong line in invalid YAML, and what to write instead. libyaml reports where it could not continue and
// which rule was violated; the mistake is often on an earlier line.

/// A text's lines as YAML counts them, without a byte order mark.
struct YAMLLines {
    private let lines: [String]

    init(_ text: String) {
        let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
        var lines = [String.UnicodeScalarView()]
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars.drop(while: { $0 == "\u{FEFF}" }) {
            if !breaks.contains(scalar) {
                lines[lines.count - 1].append(scalar)
            } else if scalar != "\n" || previous != "\r" {
                lines.append(.init())
            }
            previous = scalar
        }
        self.lines = lines.map { String($0) }
    }

    /// The place after the last character.
    var end: Mark { Mark(line: lines.count, column: (lines.last ?? "").unicodeScalars.count + 1) }

    /// Returns a line to show, with a place on it.
    func excerpt(at mark: Mark) -> Excerpt { Excerpt(line: line(mark.line), column: mark.column) }

    /// Returns the problem at the place where libyaml could not continue.
    ///
    /// - Parameters:
    ///   - problem: libyaml's message, the only distinction between its errors.
    ///   - mark: where it stopped.
    ///   - context: where the item that it was parsing begins.
    func flaw(_ problem: String, at mark: Mark, context: Mark?) -> Flaw {
        let begin = context ?? mark
        let flaw: Flaw? =
            switch problem {
            case "mapping values are not allowed in this context": strayColon(at: mark)
            case "could not find expected ':'":
                missingSpace(at: begin) ?? missingColon(at: begin)
                    ?? Flaw(mark: begin, problem: "a key needs a colon, a space and a value after it")
            case "did not find expected key": strayKey(at: mark)
            case "did not find expected ',' or ']'": openBracket(at: begin, "]", end: mark)
            case "did not find expected ',' or '}'": openBracket(at: begin, "}", end: mark)
            case "found unexpected end of stream", "found unexpected document indicator": openQuote(at: begin)
            case "found character that cannot start any token": strayCharacter(at: mark)
            case "block sequence entries are not allowed in this context":
                Flaw(mark: mark, problem: "a list does not begin on its key's line; write it in brackets: [64, 128]")
            case "found unknown escape character", "did not find expected hexdecimal number":
                Flaw(mark: mark, problem: #"this is no escape of double quotes; write \\ for \, or use single quotes"#)
            case "did not find expected alphabetic or numeric character":
                Flaw(mark: begin, problem: "a value may not begin with this character; put it in quotes")
            case "did not find expected comment or line break":
                Flaw(mark: mark, problem: "the text begins on the line after > or |; move it there")
            case "control characters are not allowed":
                Flaw(mark: mark, problem: "a control character; remove it")
            case _ where problem.contains("tab character"): Flaw(mark: mark, problem: Self.tabs)
            default: nil
            }
        return flaw ?? Flaw(mark: mark, problem: "this is not YAML; check colons, quotes and the spaces before keys")
    }

    private static let tabs = "a tab before a key; indent with spaces"

    private func line(_ number: Int) -> String { lines.indices.contains(number - 1) ? lines[number - 1] : "" }

    private func indent(_ number: Int) -> Int { line(number).unicodeScalars.prefix { $0 == " " }.count }

    private func rest(at mark: Mark) -> String {
        String(line(mark.line).unicodeScalars.dropFirst(mark.column - 1))
    }

    /// Explains a colon that makes a key where none is allowed.
    private func strayColon(at mark: Mark) -> Flaw? {
        let text = line(mark.line)
        if let pair = text.wholeMatch(of: #/ *(?:- +)?([^:]*): +(.*)/#),
            mark.column > indent(mark.line) + pair.1.count + 1
        {
            let value = pair.2.replacing(#/ +(#.*)?$/#, with: "")
            return Flaw(
                mark: mark, problem: "a text with a colon needs quotes; write \(pair.1): \(quoted(String(value)))")
        }
        // An indented key below a value, which YAML reads as part of that value.
        let (above, slip) = slip(above: mark.line)
        if let slip { return slip }
        guard above > 0, indent(mark.line) > indent(above) else { return nil }
        return Flaw(
            mark: Mark(line: mark.line, column: indent(mark.line) + 1),
            problem: "indented deeper than line \(above), which has its value; keys of a section begin in one column")
    }

    /// Returns the nearest non-empty line above that is not a key without its space or colon, and the first line that
    /// is one, which YAML reads as text.
    private func slip(above number: Int) -> (above: Int, slip: Flaw?) {
        var first: Flaw?
        for number in (1..<number).reversed() where !line(number).contains(#/^ *(#|$)/#) {
            let key = Mark(line: number, column: indent(number) + 1)
            guard let flaw = missingSpace(at: key) ?? missingColon(at: key) else { return (number, first) }
            first = flaw
        }
        return (0, first)
    }

    /// Explains a key such as `ratio:8`.
    private func missingSpace(at mark: Mark) -> Flaw? {
        rest(at: mark).prefixMatch(of: #/([A-Za-z_]+):([^ ].*?)(?: +#.*)?$/#).map { pair in
            .missingSpace(at: mark, key: String(pair.1), value: String(pair.2))
        }
    }

    /// Explains a key such as `ratio 8` or `ratio=8`. Only for known keys: other words may be part of a text.
    private func missingColon(at mark: Mark) -> Flaw? {
        guard let pair = rest(at: mark).wholeMatch(of: #/([A-Za-z_]+)[ =]+([^:]+)/#),
            Schema.fields.contains(where: { $0.key == pair.1 })
        else { return nil }
        return Flaw(
            mark: mark, problem: "a colon is missing; write \(pair.1): \(String(pair.2).shortened(to: 40))")
    }

    /// Explains something among the keys of a mapping that is not a key.
    private func strayKey(at mark: Mark) -> Flaw? {
        if let flaw = quoteFromAbove(closedBefore: mark) { return flaw }
        guard mark.column == indent(mark.line) + 1 else {
            return Flaw(mark: mark, problem: "the value has ended before this; put all of it in one pair of quotes")
        }
        if rest(at: mark).hasPrefix("-") {
            return Flaw(mark: mark, problem: "a list stands where a key should; write lists in brackets: [64, 128]")
        }
        let (above, slip) = slip(above: mark.line)
        if let slip { return slip }
        guard above > 0, indent(mark.line) != indent(above) else { return nil }
        let spaces = indent(mark.line)
        return Flaw(
            mark: mark,
            problem: "indented by \(spaces) space\(spaces == 1 ? "" : "s"), line \(above) by \(indent(above)); "
                + "keys of a section begin in one column")
    }

    /// Explains a quote left open on an earlier line, which the next one has closed.
    private func quoteFromAbove(closedBefore mark: Mark) -> Flaw? {
        let before = line(mark.line).unicodeScalars.prefix(mark.column - 1)
        guard let quote = before.last(where: { $0 != " " }), quote == "\"" || quote == "'",
            !before.count(where: { $0 == quote }).isMultiple(of: 2)
        else { return nil }
        for number in (1..<mark.line).reversed() {
            let scalars = Array(line(number).unicodeScalars)
            guard let column = scalars.lastIndex(of: quote) else { continue }
            return scalars.count { $0 == quote }.isMultiple(of: 2)
                ? nil : openQuote(at: Mark(line: number, column: column + 1))
        }
        return nil
    }

    private func openQuote(at mark: Mark) -> Flaw? {
        Flaw(mark: mark, problem: "the quote that opens here is not closed; close it with \(rest(at: mark).prefix(1))")
    }

    private func openBracket(at mark: Mark, _ closing: String, end: Mark) -> Flaw? {
        let bracket = rest(at: mark).prefix(1)
        return end.line > mark.line || rest(at: end).isEmpty
            ? Flaw(mark: mark, problem: "the \(bracket) that opens here is not closed; close it with \(closing)")
            : Flaw(mark: end, problem: "a comma or \(closing) is missing before this")
    }

    private func strayCharacter(at mark: Mark) -> Flaw? {
        guard let character = rest(at: mark).unicodeScalars.first else { return nil }
        if character == "\t" { return Flaw(mark: mark, problem: Self.tabs) }
        return Flaw(mark: mark, problem: "a value may not begin with \(character); put it in quotes")
    }

    /// Quotes a value without escapes.
    private func quoted(_ value: String) -> String {
        let short = value.shortened(to: 60)
        return short.contains { $0 == "\"" || $0 == "\\" } ? "'\(short.replacing("'", with: "''"))'" : "\"\(short)\""
    }
}

extension Flaw {
    /// Explains a key such as `ratio:8`, which YAML reads as a word.
    static func missingSpace(at mark: Mark, key: String, value: String) -> Flaw {
        Flaw(
            mark: Mark(line: mark.line, column: mark.column + key.unicodeScalars.count + 1),
            problem: "a space is missing after the colon; write \(key): \(value.shortened(to: 40))")
    }
}

extension YAMLNode {
    /// The problem with a text such as `ratio:8` where keys are expected.
    var slip: Flaw? {
        plain?.wholeMatch(of: #/([A-Za-z_]+):([^ :]+)/#).map { pair in
            .missingSpace(at: mark, key: String(pair.1), value: String(pair.2))
        }
    }
}

/// A line of a file, shown below an error.
package struct Excerpt: Hashable, Sendable {
    package let line: String
    /// The place of the error, in Unicode scalars from 1.
    package let column: Int

    package init(line: String, column: Int) {
        self.line = line
        self.column = column
    }
}
