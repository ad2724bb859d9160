// The blocks or layers of a network as texts, one each, for editing them one by one.

package import Experiments

/// What a network is a list of.
package enum NetworkPart: String, Sendable, Hashable, CaseIterable {
    case block
    case layer

    /// The key with the list.
    package var path: String { "network.\(rawValue)s" }

    /// Returns a network's parts in order, each as text such as `[2, 64]`, `relu` or `linear: classes`.
    package static func texts(of network: NetworkRecipe) -> (part: NetworkPart, texts: [String]) {
        if let layers = network.layers { return (.layer, layers.map { text(Codec.layer.value($0)) }) }
        return (.block, network.blocks.map { text(Codec.block.value($0)) })
    }

    /// Returns the parts in the text of a list, with or without its key, on one line or several; `nil` if it is no valid
    /// list of blocks or layers.
    package static func texts(ofList text: String) -> (part: NetworkPart, texts: [String])? {
        (try? YAMLNode.parse(text)).flatMap { list($0) }
    }

    private static func list(_ node: YAMLNode) -> (part: NetworkPart, texts: [String])? {
        switch node.content {
        case .mapping(let pairs) where pairs.count == 1 && ["network", "blocks", "layers"].contains(pairs[0].key):
            return list(pairs[0].value)
        case .list(let items) where !items.isEmpty:
            for part in allCases {
                let texts = items.compactMap { (try? part.value(of: $0)).map(Self.text) }
                if texts.count == items.count { return (part, texts) }
            }
            return nil
        default: return nil
        }
    }

    /// Validates the text of one part, and returns it as an item of a list.
    ///
    /// - Throws: `ExperimentFileError` with what is wrong with it.
    package func item(_ text: String) throws(ExperimentFileError) -> String {
        // With the dash that it has in a file.
        let yaml = text.hasPrefix("- ") ? String(text.dropFirst(2)) : text
        do throws(Flaw) {
            return try value(of: node(yaml)).yaml
        } catch {
            throw .override(text, problem: error.problem)
        }
    }

    /// Parses YAML. A text that is none is taken as it is, so that the problem is what a part must be, unless a bracket
    /// is missing.
    private func node(_ yaml: String) throws(Flaw) -> YAMLNode {
        do throws(Flaw) {
            return try YAMLNode.parse(yaml) ?? YAMLNode(.plain(""))
        } catch {
            let isBalanced = yaml.count { "[{".contains($0) } == yaml.count { "]}".contains($0) }
            guard isBalanced else { throw error }
            return YAMLNode(.plain(yaml))
        }
    }

    private func value(of node: YAMLNode) throws(Flaw) -> SettingValue {
        switch self {
        case .block: Codec.block.value(try Codec.block.read(node))
        case .layer: Codec.layer.value(try Codec.layer.read(node))
        }
    }

    /// A layer without the braces around it, or a block.
    private static func text(_ value: SettingValue) -> String {
        guard case .mapping(let pairs) = value, pairs.count == 1 else { return value.yaml }
        return "\(pairs[0].key): \(pairs[0].value.yaml)"
    }
}
