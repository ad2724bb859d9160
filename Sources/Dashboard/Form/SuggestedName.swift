// Names for variants, made of what differs from the experiment they come from.

internal import ExperimentFiles
internal import Experiments

extension VariantForm {
    /// The base's name with what differs from it in place of what was there, such as `vgg11-lr0.1`.
    static func suggestedName(for experiment: Experiment, from base: Experiment) -> String {
        var name = base.name
        for difference in ExperimentFile.differences(from: base, to: experiment) where difference.path != "name" {
            let isNetwork = NetworkPart.allCases.contains { $0.path == difference.path }
            let (old, new) =
                isNetwork
                ? networkWords(base.network, experiment.network)
                : (word(for: difference.path, difference.values[0]), word(for: difference.path, difference.new))
            if let place = name.firstRange(of: old), name.isWord(at: place) {
                name.replaceSubrange(place, with: new)
            } else {
                name += "-" + new
            }
        }
        if experiment.network.layers != nil, base.network.layers == nil {
            for key in ExperimentKey.all where key.isOfBlocks {
                guard let value = ExperimentFile.value(of: key.path, in: base) else { continue }
                name.removeWord(word(for: key.path, value))
            }
        }
        return String(name.prefix(80))
    }

    /// Returns a setting's form in names: `ratio8`, `side96`, `vgg13`, `flip`.
    private static func word(for path: String, _ value: String) -> String {
        let word = ExperimentKey.named(path)?.nameWord ?? path
        switch value {
        case "true": return word
        case "false": return "no" + word
        case "null" where isLimit(path): return word + all
        default: return word + (value.hasPrefix("[") ? digits(value) : value)
        }
    }

    /// Returns how two networks are called in names, at least one of which has no name: `block5-2-1024` if it is one
    /// line that differs, else `blocks1-32-2-64` or, if that is long, `6blocks`. A network that has little in common
    /// with a named one takes the place of its name.
    private static func networkWords(_ old: NetworkRecipe, _ new: NetworkRecipe) -> (old: String, new: String) {
        let (before, after) = (NetworkPart.texts(of: old), NetworkPart.texts(of: new))
        let changes = after.texts.difference(from: before.texts)
        let isRelated = before.part == after.part && changes.count <= max(before.texts.count, after.texts.count)
        if isRelated, before.texts.count == after.texts.count, changes.insertions.count == 1,
            case .insert(let index, let text, _)? = changes.insertions.first,
            case .remove(index, let replaced, _)? = changes.removals.first
        {
            func word(_ text: String) -> String { "\(after.part.rawValue)\(index + 1)-\(compact(text))" }
            return (word(replaced), word(text))
        }
        let whole = whole(before.part, before.texts)
        return (isRelated ? whole : old.variant?.rawValue ?? whole, self.whole(after.part, after.texts))
    }

    private static func whole(_ part: NetworkPart, _ texts: [String]) -> String {
        let digits = digits(texts.joined())
        return part == .block && digits.count <= 24 ? "blocks\(digits)" : "\(texts.count)\(part.rawValue)s"
    }

    /// Returns the values of a block or layer: `2-1024`, `max_pool-3-2`.
    private static func compact(_ text: String) -> String {
        text.replacing(#/([{,] *)\w+:/#) { $0.1 }.split { !$0.isLetter && !$0.isNumber && !"_.".contains($0) }.joined(
            separator: "-")
    }

    private static func digits(_ text: String) -> String { text.split { !$0.isNumber }.joined(separator: "-") }
}

extension String {
    /// Removes a part between dashes, unless it is the first.
    fileprivate mutating func removeWord(_ word: String) {
        guard let place = firstRange(of: "-" + word), isWord(at: index(after: place.lowerBound)..<place.upperBound)
        else { return }
        removeSubrange(place)
    }

    /// Whether a range is delimited by dashes or the ends.
    fileprivate func isWord(at range: Range<Index>) -> Bool {
        !range.isEmpty && (range.lowerBound == startIndex || self[index(before: range.lowerBound)] == "-")
            && (range.upperBound == endIndex || self[range.upperBound] == "-")
    }
}
