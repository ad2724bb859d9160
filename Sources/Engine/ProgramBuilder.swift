// Where things lie: the builder of a program gives out memory, binds operations to it and collects them. What follows
// what is known to TrunkWriter, HeadWriter and Program.

internal import OneDNN

/// Buffers by what they are for, shared by programs that never run at the same time.
final class Buffers {
    private var buffers: [String: Buffer] = [:]

    /// A buffer of at least `byteCount` bytes.
    func buffer(_ use: String, byteCount: Int) throws(OneDNNError) -> Buffer {
        if let buffer = buffers[use], buffer.byteCount >= byteCount { return buffer }
        let buffer = try Buffer(byteCount: byteCount)
        buffers[use] = buffer
        return buffer
    }
}

/// Collects a program's operations.
final class ProgramBuilder {
    let device: Device
    let parameters: Parameters
    let buffers: Buffers
    private(set) var operations: [Operation] = []
    private var copies: [Int: [Memory]] = [:]
    private var gradients: [Int: Memory] = [:]
    private let scratchpad: Buffer

    init(device: Device, parameters: Parameters, buffers: Buffers, scratchpadBytes: Int) throws(OneDNNError) {
        self.device = device
        self.parameters = parameters
        self.buffers = buffers
        self.scratchpad = try buffers.buffer("scratchpad", byteCount: scratchpadBytes)
    }

    func append(_ layer: Int?, _ pass: Pass, _ run: @escaping () throws(OneDNNError) -> Void) {
        operations.append(Operation(layer: layer, pass: pass, run: run))
    }

    /// Adds a call of `primitive`.
    func append(_ layer: Int, _ pass: Pass, _ primitive: Primitive, _ arguments: [Argument: Memory]) throws(OneDNNError)
    {
        var arguments = arguments
        if let wanted = primitive.wants(.scratchpad, shape: []) {
            arguments[.scratchpad] = try Memory(wanted, in: scratchpad, on: device)
        }
        let call = primitive.call(arguments, on: device)
        append(layer, pass) { () throws(OneDNNError) in try call.run() }
    }

    /// Adds a change of layout.
    func append(_ layer: Int, _ pass: Pass, reorder source: Memory, to destination: Memory) throws(OneDNNError) {
        let primitive = try Primitive.reorder(from: source.descriptor, to: destination.descriptor, on: device)
        try append(layer, pass, primitive, [.source: source, .destination: destination])
    }

    /// Memory of a chunk inside a buffer that serves the whole batch.
    func batchMemory(_ use: String, _ descriptor: Descriptor, start: Int, batch: Int) throws(OneDNNError) -> Memory {
        let bytesPerPicture = descriptor.byteCount / descriptor.shape[0]
        let buffer = try buffers.buffer(use, byteCount: bytesPerPicture * batch)
        return try Memory(descriptor, in: buffer, at: bytesPerPicture * start, on: device)
    }

    /// Memory whose content lives only from one operation to the next few.
    func temporaryMemory(_ use: String, _ descriptor: Descriptor, byteCount: Int) throws(OneDNNError) -> Memory {
        try Memory(descriptor, in: buffers.buffer(use, byteCount: byteCount), on: device)
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
    /// made anew once a program, where this is called first.
    func weights(of layer: Int, for primitive: Primitive, pass: Pass) throws(OneDNNError) -> Memory {
        let value = layerParameters(layer).weight.value
        guard let wanted = primitive.wants(.weights, shape: value.descriptor.shape), wanted != value.descriptor else {
            return value
        }
        if let copy = copies[layer]?.first(where: { $0.descriptor == wanted }) { return copy }
        let copy = try Memory(wanted, on: device)
        try append(layer, pass, reorder: value, to: copy)
        copies[layer, default: []].append(copy)
        return copy
    }

    /// Adds the gradient of a layer's weights and biases.
    ///
    /// - Parameter addsUp: whether it is added to what the program has put there before.
    func appendWeightGradient(
        _ layer: Int, _ primitive: Primitive, source: Memory, destinationGradient: Memory, addsUp: Bool
    ) throws(OneDNNError) {
        let parameters = layerParameters(layer)
        let (weights, bias) = (try weightGradient(of: layer, for: primitive), parameters.bias.gradient)
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

    /// Where a layer's weight gradient adds up: with its parameter, or beside it in the layout that the library wants.
    private func weightGradient(of layer: Int, for primitive: Primitive) throws(OneDNNError) -> Memory {
        if let gradient = gradients[layer] { return gradient }
        let gradient = layerParameters(layer).weight.gradient
        guard let wanted = primitive.wants(.weightsGradient, shape: gradient.descriptor.shape),
            wanted != gradient.descriptor
        else { return gradient }
        let other = try Memory(wanted, on: device)
        gradients[layer] = other
        return other
    }

    /// Adds the changes of layout for gradients that did not add up with their parameters.
    func appendGradients() throws(OneDNNError) {
        for (layer, gradient) in gradients.sorted(by: { $0.key < $1.key }) {
            try append(layer, .backwardWeights, reorder: gradient, to: layerParameters(layer).weight.gradient)
        }
    }

    private func layerParameters(_ layer: Int) -> LayerParameters {
        guard let found = parameters.byLayer[layer] else { preconditionFailure("layer \(layer) has no parameters") }
        return found
    }
}
