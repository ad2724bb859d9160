// Helpers for words: the nearest known word, and quoting for YAML.

extension String {
    /// Returns the most similar of some words, if it is similar enough to be a likely suggestion.
    package func nearest(in words: [String]) -> String? {
        let word = simplified
        guard word.count <= 64 else { return nil }
        let scored = words.map { (word: $0, distance: editDistance(word, $0.simplified)) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(word.count, best.word.utf8.count) / 3) ? best.word : nil
    }

    /// Joins lines, removing spaces at their ends; a single line is unchanged.
    var joinedLines: String {
        guard contains(where: \.isNewline) else { return self }
        return split(whereSeparator: \.isNewline).map { line in
            let start = line.drop(while: \.isWhitespace)
            return start[..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex)]
        }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Lower-case letters, digits and underscores, as in the spelling of keys.
    private var simplified: [UInt8] {
        utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
            case UInt8(ascii: "-"), UInt8(ascii: " "): UInt8(ascii: "_")
            default: byte
            }
        }
    }

    /// Formats a YAML scalar that every parser reads as text: unquoted if that is safe, else in double quotes.
    var quotedAsNeeded: String {
        let isWord = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
        let keywords = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        if isWord, first?.isLetter == true, !keywords.contains(lowercased()) { return self }
        return "\"" + unicodeScalars.map(\.escaped).joined() + "\""
    }
}

extension Unicode.Scalar {
    fileprivate var escaped: String {
        switch self {
        case "\"", "\\": return "\\\(self)"
        case "\u{FEFF}": return "\\uFEFF"
        default:
            if isVisible { return String(self) }
            let digits = String(value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
    }
}

/// Returns the number of insertions, deletions, substitutions and transpositions that turn one word into another.
///
/// **Source**: Damerau, 1964; the optimal string alignment distance.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var rows = [Array(0...b.count)]
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
            row.append(best)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
