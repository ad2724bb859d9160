// How blocks and layers of networks are written: short forms where they say all, mappings where there is more to say.

import Experiments

/// The values of a mapping whose keys are known.
private struct Members {
    private let values: [String: YAMLNode]
    private let node: YAMLNode

    init(_ node: YAMLNode, _ pairs: [YAMLNode.Pair], keys: [String]) throws(Flaw) {
        for pair in pairs where !keys.contains(pair.key) {
            let advice =
                pair.key.nearest(in: keys).map { "did you mean \($0)?" } ?? "it has \(keys.joined(separator: ", "))"
            throw Flaw(mark: pair.mark, problem: "has no key \(pair.key.shortened(to: 40)); \(advice)")
        }
        self.node = node
        values = Dictionary(uniqueKeysWithValues: pairs.map { ($0.key, $0.value) })
    }

    func value<Value>(_ key: String, _ codec: Codec<Value>) throws(Flaw) -> Value? {
        guard let value = values[key] else { return nil }
        return try value.read(as: codec, calling: key)
    }

    func needed<Value>(_ key: String, _ codec: Codec<Value>) throws(Flaw) -> Value {
        guard let value = try value(key, codec) else {
            throw Flaw(mark: node.mark, problem: "needs \(key), \(codec.allowed)")
        }
        return value
    }
}

private let kernelCodec = Codec<Int>.integer(1...31)
private let strideCodec = Codec<Int>.integer(1...31)
private let paddingCodec = Codec<Int>.integer(0...31)

extension Codec<[Int]> {
    /// One window for all convolutions of a block, or a list of one for each.
    fileprivate static let kernels = Codec(allowed: "a whole number from 1 to 31, or a list of them") {
        node throws(Flaw) in
        if case .list = node.content { return try list(of: kernelCodec, named: "kernels", count: 1...64).read(node) }
        return [try kernelCodec.read(node)]
    } value: {
        $0.count == 1 ? .integer($0[0]) : .list($0.map(SettingValue.integer))
    }
}

extension Codec<Block> {
    private static let keys = ["convs", "channels", "kernel", "norm", "activation", "pool", "stride", "padding"]

    /// A pair of convolutions and channels in square brackets, or a mapping that says more.
    static let block = Codec(
        allowed: "a pair [convolutions, channels] such as [2, 512], or a mapping of \(keys.joined(separator: ", "))"
    ) { node throws(Flaw) in
        let (numConvs, channels) = (Codec<Int>.integer(1...64), Codec<Int>.integer(1...16384))
        switch node.content {
        case .list(let pair) where pair.count == 2:
            return Block(
                numConvs: try pair[0].read(as: numConvs, calling: "convolutions"),
                outChannels: try pair[1].read(as: channels, calling: "channels"))
        case .mapping(let pairs):
            let members = try Members(node, pairs, keys: keys)
            return Block(
                numConvs: try members.needed("convs", numConvs),
                outChannels: try members.needed("channels", channels),
                kernels: try members.value("kernel", .kernels) ?? [], norm: try members.value("norm", .choice),
                activation: try members.value("activation", .choice) ?? .relu,
                pool: try members.value("pool", .choice) ?? .max,
                stride: try members.value("stride", strideCodec) ?? 1,
                padding: try members.value("padding", paddingCodec))
        default: throw node.flaw("must be a pair [convolutions, channels] such as [2, 512]")
        }
    } value: { block in
        guard block != Block(numConvs: block.numConvs, outChannels: block.outChannels) else {
            return .list([.integer(block.numConvs), .integer(block.outChannels)])
        }
        let pairs: [(key: String, value: SettingValue?)] = [
            ("convs", .integer(block.numConvs)), ("channels", .integer(block.outChannels)),
            ("kernel", block.kernels.isEmpty ? nil : Codec<[Int]>.kernels.value(block.kernels)),
            ("norm", block.norm.map { .text($0.rawValue) }),
            ("activation", block.activation == .relu ? nil : .text(block.activation.rawValue)),
            ("pool", block.pool == .max ? nil : .text(block.pool.rawValue)),
            ("stride", block.stride == 1 ? nil : .integer(block.stride)),
            ("padding", block.padding.map(SettingValue.integer)),
        ]
        return .mapping(pairs)
    }
}

extension Codec<LayerRecipe.Width> {
    fileprivate static func width(_ range: ClosedRange<Int>) -> Codec {
        let count = Codec<Int>.integer(range)
        return Codec(allowed: "classes or \(count.allowed)") { node throws(Flaw) in
            node.text == "classes" ? .classes : .count(try count.read(node))
        } value: {
            if case .count(let count) = $0 { .integer(count) } else { .text("classes") }
        }
    }

    fileprivate static let channels = width(1...16384)
    fileprivate static let features = width(1...1_048_576)
}

extension Codec<LayerRecipe> {
    /// Layers that a word says all of.
    private static let words: [(word: String, layer: LayerRecipe)] =
        [
            ("max_pool", .pooling(.max)), ("avg_pool", .pooling(.average)), ("global_avg_pool", .globalAveragePool),
            ("batch_norm", .batchNorm), ("local_response_norm", .localResponseNorm()), ("flatten", .flatten),
        ] + Activation.allCases.map { ($0.rawValue, .activation($0)) }

    /// Layers that need a value, with one for users to begin with.
    private static let examples = [
        "conv": "conv: {channels: 64, kernel: 3}", "linear": "linear: 4096", "dropout": "dropout: 0.5",
    ]

    private static let names = ["conv", "linear", "dropout"] + words.map(\.word)

    /// A word such as `relu`, or a mapping of one layer such as `linear: 4096`.
    static let layer = Codec(
        allowed: "a layer such as relu or linear: 4096; layers are \(names.joined(separator: ", "))"
    ) {
        node throws(Flaw) in
        if case .mapping(let pairs) = node.content {
            guard pairs.count == 1 else {
                throw node.flaw("must be one layer", "begin each layer with a dash of its own")
            }
            let (name, value) = (pairs[0].key, pairs[0].value)
            guard names.contains(name) else { throw unknown(name, at: pairs[0].mark) }
            if !value.isNull { return try read(name, value) }
            return try read(word: name, at: value.mark)
        }
        guard let word = node.text else { throw node.flaw("must be a layer such as relu or linear: 4096") }
        return try read(word: word, at: node.mark)
    } value: { layer in
        written(layer)
    }

    private static func unknown(_ name: String, at mark: Mark) -> Flaw {
        let advice =
            name.nearest(in: names).map { "did you mean \($0)?" } ?? "layers are \(names.joined(separator: ", "))"
        return Flaw(mark: mark, problem: "is no layer that is known (got \(name.shortened(to: 40))); \(advice)")
    }

    private static func read(word: String, at mark: Mark) throws(Flaw) -> LayerRecipe {
        if let example = examples[word] { throw Flaw(mark: mark, problem: "needs more than a name; write \(example)") }
        guard let layer = words.first(where: { $0.word == word })?.layer else { throw unknown(word, at: mark) }
        return layer
    }

    /// A layer from the value after its name.
    private static func read(_ name: String, _ node: YAMLNode) throws(Flaw) -> LayerRecipe {
        do throws(Flaw) {
            switch name {
            case "linear": return .linear(try Codec<LayerRecipe.Width>.features.read(node))
            case "dropout":
                return .dropout(
                    try Codec<Double>.number("from 0 up to, but not including, 1") { 0..<1 ~= $0 }.read(node))
            case "conv":
                let members = try members(of: node, ["channels", "kernel", "stride", "padding"], name)
                return .convolution(
                    channels: try members.needed("channels", .channels),
                    kernel: try members.value("kernel", kernelCodec) ?? 3,
                    stride: try members.value("stride", strideCodec) ?? 1,
                    padding: try members.value("padding", paddingCodec) ?? 0)
            case "max_pool", "avg_pool":
                let members = try members(of: node, ["kernel", "stride", "padding"], name)
                let kernel = try members.value("kernel", kernelCodec) ?? 2
                let stride = try members.value("stride", strideCodec)
                return .pooling(
                    name == "max_pool" ? .max : .average, kernel: kernel, stride: stride == kernel ? nil : stride,
                    padding: try members.value("padding", paddingCodec) ?? 0)
            case "local_response_norm":
                let members = try members(of: node, ["size", "alpha", "beta", "k"], name)
                let positive = Codec<Double>.number("greater than 0") { $0 > 0 }
                let usual = LocalResponseNorm()
                return .localResponseNorm(
                    size: try members.value("size", .integer(1...16384)) ?? usual.size,
                    alpha: try members.value("alpha", positive) ?? usual.alpha,
                    beta: try members.value("beta", positive) ?? usual.beta,
                    k: try members.value("k", positive) ?? usual.k)
            default: throw node.flaw("takes no settings", "write \(name) alone")
            }
        } catch {
            throw Flaw(mark: error.mark, problem: "\(name) \(error.problem)")
        }
    }

    private static func members(of node: YAMLNode, _ keys: [String], _ name: String) throws(Flaw) -> Members {
        guard case .mapping(let pairs) = node.content else {
            throw node.flaw("must be a mapping of \(keys.joined(separator: ", "))")
        }
        return try Members(node, pairs, keys: keys)
    }

    private static func written(_ layer: LayerRecipe) -> SettingValue {
        if let word = words.first(where: { $0.layer == layer })?.word { return .text(word) }
        func integer(_ value: Int, unless usual: Int) -> SettingValue? { value == usual ? nil : .integer(value) }
        switch layer {
        case .convolution(let channels, let kernel, let stride, let padding):
            return .mapping([
                (
                    "conv",
                    .mapping([
                        ("channels", Codec<LayerRecipe.Width>.channels.value(channels)), ("kernel", .integer(kernel)),
                        ("stride", integer(stride, unless: 1)), ("padding", integer(padding, unless: 0)),
                    ])
                )
            ])
        case .pooling(let operation, let kernel, let stride, let padding):
            return .mapping([
                (
                    "\(operation.rawValue)_pool",
                    .mapping([
                        ("kernel", .integer(kernel)), ("stride", stride.map(SettingValue.integer)),
                        ("padding", integer(padding, unless: 0)),
                    ])
                )
            ])
        case .localResponseNorm(let size, let alpha, let beta, let k):
            return .mapping([
                (
                    "local_response_norm",
                    .mapping([
                        ("size", .integer(size)), ("alpha", .number(alpha)), ("beta", .number(beta)), ("k", .number(k)),
                    ])
                )
            ])
        case .linear(let width): return .mapping([("linear", Codec<LayerRecipe.Width>.features.value(width))])
        case .dropout(let probability): return .mapping([("dropout", .number(probability))])
        case .globalAveragePool, .batchNorm, .activation, .flatten: preconditionFailure("a word says all of it")
        }
    }
}

extension SettingValue {
    /// A mapping without the keys that have no value.
    fileprivate static func mapping(_ pairs: [(key: String, value: SettingValue?)]) -> SettingValue {
        .mapping(pairs.compactMap { key, value in value.map { Pair(key, $0) } })
    }
}
