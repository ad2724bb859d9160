// Memory and operations of a program: the builder allocates memory, binds operations to it and collects them in the
// order that StepWriter and Program choose.

internal import Model
internal import OneDNN

/// Buffers by purpose, shared by programs that never run at the same time.
final class Buffers {
    private let device: Device
    private var buffers: [String: Buffer] = [:]
    /// Memory that moves when a larger buffer replaces its own.
    private var moving: [String: [Memory]] = [:]

    init(on device: Device) { self.device = device }

    /// Returns a buffer of at least `byteCount` bytes.
    func buffer(_ use: String, byteCount: Int) throws(OneDNNError) -> Buffer {
        if let buffer = buffers[use], buffer.byteCount >= byteCount { return buffer }
        let buffer = try Buffer(byteCount: byteCount, on: device)
        buffers[use] = buffer
        for memory in moving[use] ?? [] { try memory.move(into: buffer) }
        return buffer
    }

    /// Returns memory in a buffer of at least `byteCount` bytes, whose content is only valid during an operation. If
    /// another program needs a larger buffer, the memory moves there, so that one buffer serves both.
    func scratchMemory(_ use: String, _ descriptor: Descriptor, byteCount: Int) throws(OneDNNError) -> Memory {
        let memory = try Memory(descriptor, in: buffer(use, byteCount: byteCount), on: device)
        moving[use, default: []].append(memory)
        return memory
    }
}

/// Collects a program's phases.
final class ProgramBuilder {
    let device: Device
    let parameters: Parameters
    private let buffers: Buffers
    private let scratchpadBytes: Int
    /// Conversions of the parameters' layouts, which run first.
    private var prologue: [Operation] = []
    private var phases: [[[Operation]]] = []
    /// The lane that operations are added to and whose buffers they use.
    private(set) var lane = 0
    private var copies: [Int: [Memory]] = [:]
    /// The factors of the weight gradients of fully connected layers, by layer: `[N, I]` and `[N, O]`.
    var factors: [Int: GradientFactors] = [:]
    private var norms: [Int: BatchNormSums] = [:]
    private var weightGradients: [GradientKey: Memory] = [:]
    private var biasGradients: [GradientKey: Memory] = [:]

    private struct GradientKey: Hashable {
        let layer: Int
        let lane: Int
    }

    init(device: Device, parameters: Parameters, buffers: Buffers, scratchpadBytes: Int) {
        self.device = device
        self.parameters = parameters
        self.buffers = buffers
        self.scratchpadBytes = scratchpadBytes
    }

    /// The phases of the program, in order.
    var program: [Phase] { [Phase(lanes: [prologue])] + phases.map { Phase(lanes: $0) } }

    /// Begins a phase whose lanes run in parallel; `write` is called for each lane.
    func phase<Lane>(
        _ lanes: [Lane], _ write: (Int, Lane) throws(OneDNNError) -> Void
    ) throws(OneDNNError) {
        phases.append(lanes.map { _ in [] })
        for (index, content) in lanes.enumerated() {
            lane = index
            try write(index, content)
        }
        lane = 0
    }

    /// Begins a phase whose operations run one after another, each on all threads.
    func phase(_ write: () throws(OneDNNError) -> Void) throws(OneDNNError) {
        phases.append([[]])
        try write()
    }

    func append(_ layer: Int?, _ pass: Pass, _ run: @escaping () throws(OneDNNError) -> Void) {
        phases[phases.count - 1][lane].append(Operation(layer: layer, pass: pass, run: run))
    }

    /// Adds a call of `primitive`.
    func append(_ layer: Int, _ pass: Pass, _ primitive: Primitive, _ arguments: [Argument: Memory]) throws(OneDNNError)
    {
        let call = try call(primitive, arguments)
        append(layer, pass) { () throws(OneDNNError) in try call.run() }
    }

    private func call(_ primitive: Primitive, _ arguments: [Argument: Memory]) throws(OneDNNError) -> Call {
        var arguments = arguments
        if let wanted = primitive.wants(.scratchpad, shape: []) {
            arguments[.scratchpad] = try buffers.scratchMemory(
                "lane \(lane) scratchpad", wanted, byteCount: scratchpadBytes)
        }
        return primitive.call(arguments, on: device)
    }

    /// Adds a conversion of layouts.
    func append(_ layer: Int, _ pass: Pass, reorder source: Memory, to destination: Memory) throws(OneDNNError) {
        let primitive = try Primitive.reorder(from: source.descriptor, to: destination.descriptor, on: device)
        try append(layer, pass, primitive, [.source: source, .destination: destination])
    }

    /// Returns a chunk's memory inside a buffer for the whole batch.
    ///
    /// - Parameter bytesPerImage: size of an image's part; by default that of the descriptor.
    func batchMemory(
        _ use: String, _ descriptor: Descriptor, start: Int, batch: Int, bytesPerImage: Int? = nil
    ) throws(OneDNNError) -> Memory {
        let needed = descriptor.byteCount / descriptor.shape[0]
        // Chunks with different padding would overlap, so each padding has its own buffer.
        let buffer = try buffers.buffer(
            bytesPerImage == nil ? "\(use), \(needed) an image" : use, byteCount: (bytesPerImage ?? needed) * batch)
        return try Memory(descriptor, in: buffer, at: needed * start, on: device)
    }

    /// Returns memory of the lane that is only valid for the next few operations.
    func temporaryMemory(
        _ use: String, _ descriptor: Descriptor, byteCount: Int? = nil
    ) throws(OneDNNError) -> Memory {
        try Memory(descriptor, in: laneBuffer(use, byteCount: byteCount ?? descriptor.byteCount), on: device)
    }

    /// Returns a buffer of the lane that is only valid during an operation.
    func laneBuffer(_ use: String, byteCount: Int) throws(OneDNNError) -> Buffer {
        try buffers.buffer("lane \(lane) \(use)", byteCount: byteCount)
    }

    /// Allocates a lane's buffer with its final size before its first use.
    func reserve(_ use: String, lane: Int, byteCount: Int) throws(OneDNNError) {
        _ = try buffers.buffer("lane \(lane) \(use)", byteCount: byteCount)
    }

    /// Returns a buffer that all lanes read.
    func sharedBuffer(_ use: String, byteCount: Int) throws(OneDNNError) -> Buffer {
        try buffers.buffer(use, byteCount: byteCount)
    }

    /// Adds a convolution or a fully connected layer.
    func appendForward(
        layer: Int, _ primitive: Primitive, source: Memory, destination: Memory
    ) throws(OneDNNError) {
        let weights = try weights(of: layer, for: primitive, pass: .forward)
        try append(
            layer, .forward, primitive,
            [
                .source: source, .weights: weights, .bias: layerParameters(layer).bias.value,
                .destination: destination,
            ])
    }

    /// Returns the weights of `layer` in the layout of `primitive`: the weights themselves, or a converted copy that is
    /// updated once per program, where this is first called.
    func weights(of layer: Int, for primitive: Primitive, pass: Pass) throws(OneDNNError) -> Memory {
        let value = layerParameters(layer).weight.value
        guard let wanted = primitive.wants(.weights, shape: value.descriptor.shape), wanted != value.descriptor else {
            return value
        }
        if let copy = copies[layer]?.first(where: { $0.descriptor == wanted }) { return copy }
        let number = copies[layer, default: []].count
        let copy = try Memory(
            wanted, in: sharedBuffer("layer \(layer) copy \(number) of weights", byteCount: wanted.byteCount),
            on: device)
        let reorder = try Primitive.reorder(from: value.descriptor, to: wanted, on: device)
        let call = try call(reorder, [.source: value, .destination: copy])
        prologue.append(Operation(layer: layer, pass: pass) { () throws(OneDNNError) in try call.run() })
        copies[layer, default: []].append(copy)
        return copy
    }

    /// Adds the gradient of a layer's weights and biases.
    ///
    /// - Parameter addsUp: whether it is added to the lane's previous gradient.
    func appendWeightGradient(
        _ layer: Int, _ primitive: Primitive, source: Memory, destinationGradient: Memory, addsUp: Bool
    ) throws(OneDNNError) {
        let weightShape = layerParameters(layer).weight.value.descriptor.shape
        let (weights, bias) = try gradients(of: layer, like: primitive.wants(.weightsGradient, shape: weightShape))
        var arguments: [Argument: Memory] = [.source: source, .destinationGradient: destinationGradient]
        if !addsUp {
            arguments[.weightsGradient] = weights
            arguments[.biasGradient] = bias
            return try append(layer, .backwardWeights, primitive, arguments)
        }
        let partial = try temporaryMemory(
            "partial weights \(layer)", weights.descriptor, byteCount: weights.descriptor.byteCount)
        let partialBias = try temporaryMemory(
            "partial bias \(layer)", bias.descriptor, byteCount: bias.descriptor.byteCount)
        arguments[.weightsGradient] = partial
        arguments[.biasGradient] = partialBias
        try append(layer, .backwardWeights, primitive, arguments)
        append(layer, .backwardWeights) {
            add(partial.floats, into: weights.floats)
            add(partialBias.floats, into: bias.floats)
        }
    }

    /// Returns the memory in which a lane's gradients of weights and biases accumulate: for the first lane the
    /// parameters' own, if the layouts are the same.
    ///
    /// - Parameter wanted: the layout of the weight gradient; `nil` for that of the weights.
    func gradients(of layer: Int, like wanted: Descriptor?) throws(OneDNNError) -> (weights: Memory, bias: Memory) {
        let parameters = layerParameters(layer)
        func memory(_ wanted: Descriptor?, _ gradient: Memory) throws(OneDNNError) -> Memory {
            let wanted = wanted ?? gradient.descriptor
            if lane == 0 && wanted == gradient.descriptor { return gradient }
            return try temporaryMemory(
                "layer \(layer) gradient \(wanted.shape.count)", wanted, byteCount: wanted.byteCount)
        }
        let key = GradientKey(layer: layer, lane: lane)
        if let weights = weightGradients[key], let bias = biasGradients[key] { return (weights, bias) }
        let weights = try memory(wanted, parameters.weight.gradient)
        let bias = try memory(nil, parameters.bias.gradient)
        weightGradients[key] = weights
        biasGradients[key] = bias
        return (weights, bias)
    }

    /// Adds the sums of all lanes' gradients.
    func appendGradientSums() throws(OneDNNError) {
        for (layer, parameters) in parameters.byLayer.sorted(by: { $0.key < $1.key }) {
            for (gradients, parameter) in [(weightGradients, parameters.weight), (biasGradients, parameters.bias)] {
                let lanes = gradients.filter { $0.key.layer == layer }.sorted { $0.key.lane < $1.key.lane }.map(\.value)
                guard let first = lanes.first else { continue }
                for other in lanes.dropFirst() {
                    append(layer, .backwardWeights) { add(other.floats, into: first.floats) }
                }
                if first !== parameter.gradient {
                    try append(layer, .backwardWeights, reorder: first, to: parameter.gradient)
                }
            }
        }
    }

    /// Returns the sums of a batch normalization, which all chunks share.
    func normSums(of layer: Int, channels: Int) -> BatchNormSums {
        if let sums = norms[layer] { return sums }
        let sums = BatchNormSums(channels: channels)
        norms[layer] = sums
        return sums
    }

    func layerParameters(_ layer: Int) -> LayerParameters {
        guard let found = parameters.byLayer[layer] else { preconditionFailure("layer \(layer) has no parameters") }
        return found
    }
}
