// Where things lie: the builder of a program gives out memory, binds operations to it and collects them. What follows
// what is known to StepWriter and Program.

internal import Model
internal import OneDNN

/// Buffers by what they are for, shared by programs that never run at the same time.
final class Buffers {
    private let device: Device
    private var buffers: [String: Buffer] = [:]
    /// What moves when a larger buffer takes the place of one.
    private var moving: [String: [Memory]] = [:]

    init(on device: Device) { self.device = device }

    /// A buffer of at least `byteCount` bytes.
    func buffer(_ use: String, byteCount: Int) throws(OneDNNError) -> Buffer {
        if let buffer = buffers[use], buffer.byteCount >= byteCount { return buffer }
        let buffer = try Buffer(byteCount: byteCount, on: device)
        buffers[use] = buffer
        for memory in moving[use] ?? [] { try memory.move(into: buffer) }
        return buffer
    }

    /// Memory in a buffer of at least `byteCount` bytes whose content lives only as long as an operation. When another
    /// program wants more, it moves, so that one buffer serves both.
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
    /// Changes of layout of parameters, before anything else.
    private var prologue: [Operation] = []
    private var phases: [[[Operation]]] = []
    /// The lane that operations are added to, and whose buffers they use.
    private(set) var lane = 0
    private var copies: [Int: [Memory]] = [:]
    /// What the gradients of weights of fully connected layers are products of, by layer: `[N, I]` and `[N, O]`.
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

    /// Begins a phase whose lanes run side by side; `write` is called for each lane.
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

    /// Begins a phase in which one operation follows another, each on all threads.
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

    /// Adds a change of layout.
    func append(_ layer: Int, _ pass: Pass, reorder source: Memory, to destination: Memory) throws(OneDNNError) {
        let primitive = try Primitive.reorder(from: source.descriptor, to: destination.descriptor, on: device)
        try append(layer, pass, primitive, [.source: source, .destination: destination])
    }

    /// Memory of a chunk inside a buffer that serves the whole batch.
    ///
    /// - Parameter bytesPerImage: room for an image; what it takes unless given.
    func batchMemory(
        _ use: String, _ descriptor: Descriptor, start: Int, batch: Int, bytesPerImage: Int? = nil
    ) throws(OneDNNError) -> Memory {
        let needed = descriptor.byteCount / descriptor.shape[0]
        // Chunks of another padding would overlap, so each padding has a buffer.
        let buffer = try buffers.buffer(
            bytesPerImage == nil ? "\(use), \(needed) an image" : use, byteCount: (bytesPerImage ?? needed) * batch)
        return try Memory(descriptor, in: buffer, at: needed * start, on: device)
    }

    /// Memory of the lane whose content lives only from one operation to the next few.
    func temporaryMemory(
        _ use: String, _ descriptor: Descriptor, byteCount: Int? = nil
    ) throws(OneDNNError) -> Memory {
        try Memory(descriptor, in: laneBuffer(use, byteCount: byteCount ?? descriptor.byteCount), on: device)
    }

    /// A buffer of the lane whose content lives only as long as an operation.
    func laneBuffer(_ use: String, byteCount: Int) throws(OneDNNError) -> Buffer {
        try buffers.buffer("lane \(lane) \(use)", byteCount: byteCount)
    }

    /// Sees to it that a lane's buffer is large enough for its first use.
    func reserve(_ use: String, lane: Int, byteCount: Int) throws(OneDNNError) {
        _ = try buffers.buffer("lane \(lane) \(use)", byteCount: byteCount)
    }

    /// A buffer that all lanes read.
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

    /// The weights of `layer` as `primitive` wants them: the weights themselves, or a copy in another layout that is
    /// made again once a program, where this is called first.
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
    /// - Parameter addsUp: whether it is added to what the lane has put there before.
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

    /// Where a lane's gradients of weights and biases add up: the first lane's with their parameters, if the layout is
    /// theirs.
    ///
    /// - Parameter wanted: the layout of the weights' gradient; `nil` for that of the weights.
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

    /// Adds what brings all lanes' gradients together with their parameters.
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

    /// What chunks add up to for a batch normalization.
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
