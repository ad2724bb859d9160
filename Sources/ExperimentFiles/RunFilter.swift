// Filters of runs, as typed by users: words, and comparisons with any key of an experiment or result of a run.

package import Experiments

/// A filter such as `lr>=0.05 vgg13 -failed`: all terms must match. A word matches if any of a run's texts contains it,
/// ignoring case; `key=value`, `!=`, `<`, `<=`, `>` and `>=` compare; a `-` before a term negates it.
package struct RunFilter: Sendable, Hashable {
    /// A run's values apart from its experiment: numbers such as `acc` and texts such as `state`, by key.
    package typealias Facts = [String: Fact]

    /// A number or a text of a run.
    package enum Fact: Sendable, Hashable {
        case number(Double)
        case text(String)
    }

    private enum Comparison: String, CaseIterable {
        // Longer operators first, so that they are matched first.
        case notEqual = "!="
        case atMost = "<="
        case atLeast = ">="
        case equal = "="
        case less = "<"
        case more = ">"
    }

    private enum Condition: Hashable {
        case word(String)
        case comparison(key: String, Comparison, value: String)
    }

    private struct Term: Hashable {
        let condition: Condition
        let isNegated: Bool
    }

    /// The keys of runs' numbers and texts, besides the keys of experiments.
    package static let factKeys = figureKeys + ["name", "state", "tag"]
    private static let figureKeys = ["acc", "best", "depth", "epoch", "loss", "rate", "time"]

    private let terms: [Term]

    /// Creates a filter that matches everything.
    package init() { terms = [] }

    /// Parses a filter; an empty one matches everything.
    ///
    /// - Throws: `Problem` for an unknown key, or a comparison without a value.
    package init(_ text: String) throws(Problem) {
        var terms: [Term] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            let isNegated = word.count > 1 && (word.hasPrefix("-") || word.hasPrefix("!"))
            terms.append(
                Term(condition: try Self.condition(String(isNegated ? word.dropFirst() : word)), isNegated: isNegated))
        }
        self.terms = terms
    }

    private static func condition(_ word: String) throws(Problem) -> Condition {
        let found = Comparison.allCases.compactMap { comparison in
            word.firstRange(of: comparison.rawValue).map { (comparison, $0) }
        }
        guard let (comparison, range) = found.min(by: { $0.1.lowerBound < $1.1.lowerBound }) else {
            return .word(word.lowercased())
        }
        let (name, value) = (String(word[..<range.lowerBound]), String(word[range.upperBound...]))
        guard !name.isEmpty, !value.isEmpty else {
            throw Problem(
                "\(word.shortened(to: 60)): write key\(comparison.rawValue)value, such as lr>=0.05")
        }
        guard let key = key(named: name) else {
            let known = factKeys + Schema.fields.map(\.key)
            let near = name.nearest(in: known).map { "; did you mean \($0)?" } ?? "; try lr, ratio, state or acc"
            throw Problem("unknown key \(name.shortened(to: 60)) in the filter\(near)")
        }
        let isOrder = comparison != .equal && comparison != .notEqual
        if figureKeys.contains(key) || isOrder && !factKeys.contains(key), Double(value) == nil {
            throw Problem(
                "\(word.shortened(to: 60)): \(value.shortened(to: 60)) is not a number; "
                    + "write one, such as \(name.shortened(to: 60))\(comparison.rawValue)0.05")
        }
        let former = key == "state" ? formerStates[value.lowercased()] : nil
        return .comparison(key: key, comparison, value: former?.rawValue ?? value)
    }

    /// Former names of some states in the dashboard.
    private static let formerStates: [String: RunState] = ["done": .completed, "waiting": .queued, "held": .paused]

    /// Returns the key of a run's value, or the path of an experiment's key given by path, last word or synonym.
    private static func key(named name: String) -> String? {
        if factKeys.contains(name) { return name }
        return Schema.fields.first { $0.path == name || $0.key == name || $0.synonyms.contains(name) }?.path
    }

    /// Returns whether the filter depends on a key, so that other values need not be computed.
    private func looksAt(_ key: String) -> Bool {
        terms.contains { term in
            switch term.condition {
            case .word: true
            case .comparison(let other, _, _): other == key
            }
        }
    }

    /// Returns whether an experiment matches.
    ///
    /// - Parameter facts: its values apart from the experiment.
    package func matches(_ experiment: Experiment, facts: Facts = [:]) -> Bool { allHold(experiment, facts) }

    /// Returns whether a run matches.
    package func matches(_ experiment: Experiment, name: String, _ status: RunStatus) -> Bool {
        var facts: Facts = [:]
        func add(_ key: String, _ fact: @autoclosure () -> Fact?) {
            if looksAt(key) { facts[key] = fact() }
        }
        add("name", .text(name))
        add("state", .text(status.state.rawValue))
        add("tag", .text(status.tags.joined(separator: " ")))
        add("note", .text(status.note))
        add("epoch", .number(Double(status.epoch)))
        add("time", .number(status.elapsedSeconds))
        add("acc", status.testAccuracy.map(Fact.number))
        add("best", status.bestAccuracy.map(Fact.number))
        add("loss", status.loss.map(Fact.number))
        add("rate", status.examplesPerSecond.map(Fact.number))
        return allHold(experiment, facts)
    }

    /// Returns whether something without an experiment matches, such as an invalid file. Comparisons with keys of
    /// experiments do not match.
    package func matches(facts: Facts) -> Bool { allHold(nil, facts) }

    private func allHold(_ experiment: Experiment?, _ facts: Facts) -> Bool {
        terms.allSatisfy { holds($0.condition, experiment, facts) != $0.isNegated }
    }

    private func holds(_ condition: Condition, _ experiment: Experiment?, _ facts: Facts) -> Bool {
        switch condition {
        case .word(let word):
            var texts = [experiment?.name, experiment?.description, experiment?.network.variant?.rawValue]
                .compactMap(\.self)
            for case .text(let text) in facts.values { texts.append(text) }
            return texts.contains { $0.contains(lowercased: word) }
        case .comparison(let key, let comparison, let value):
            let fact: Fact?
            if key == "depth" {
                fact = experiment.map { .number(Double($0.network.depth)) }
            } else if let field = Schema.field(key), facts[key] == nil {
                fact = experiment.flatMap(field.write).map { text in Double(text).map(Fact.number) ?? .text(text) }
            } else {
                fact = facts[key]
            }
            guard let fact else { return false }
            return holds(comparison, fact, value)
        }
    }

    private func holds(_ comparison: Comparison, _ fact: Fact, _ value: String) -> Bool {
        switch fact {
        case .number(let number):
            guard let value = Double(value) else { return comparison == .notEqual }
            switch comparison {
            case .equal: return number == value
            case .notEqual: return number != value
            case .less: return number < value
            case .atMost: return number <= value
            case .more: return number > value
            case .atLeast: return number >= value
            }
        case .text(let text):
            let isEqual =
                text.split(separator: " ").contains { $0.lowercased() == value.lowercased() }
                || text.lowercased() == value.lowercased()
            switch comparison {
            case .equal: return isEqual
            case .notEqual: return !isEqual
            case .less, .atMost, .more, .atLeast: return false
            }
        }
    }
}

extension String {
    /// Returns whether a lower-case word is part of this text, ignoring case.
    fileprivate func contains(lowercased word: String) -> Bool {
        guard word.utf8.allSatisfy({ $0 < 0x80 }) else { return lowercased().contains(word) }
        // Without a copy: thousands of texts are searched while a user types.
        let (text, word) = (utf8, word.utf8)
        var begin = text.startIndex
        for _ in 0..<max(text.count - word.count + 1, 0) {
            if zip(text[begin...], word).allSatisfy({ $0.0 == $0.1 || $0.0.isCapital && $0.0 | 0x20 == $0.1 }) {
                return true
            }
            begin = text.index(after: begin)
        }
        return false
    }
}

extension UInt8 {
    fileprivate var isCapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
}
