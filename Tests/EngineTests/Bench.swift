// Runs single oneDNN operations with row-major input and output, regardless of their layouts.

import OneDNN
import ReferenceNetwork
import Testing

struct Bench {
    let device: Device

    init(threads: Int = 2) throws {
        device = try Device(threads: threads)
    }

    func rowMajor(_ shape: [Int]) throws -> Descriptor {
        try Descriptor(shape, layout: shape.count == 1 ? .a : shape.count == 2 ? .ab : .abcd)
    }

    /// Memory with the values of `tensor`, in the layout of `descriptor`, or row-major.
    func memory(_ tensor: Tensor, as descriptor: Descriptor? = nil) throws -> Memory {
        let source = try Memory(rowMajor(tensor.shape), on: device)
        _ = source.floats.update(from: tensor.floats)
        guard let descriptor, descriptor != source.descriptor else { return source }
        let result = try unwritten(descriptor)
        try reorder(source, to: result)
        return result
    }

    /// Memory filled with NaN, to reveal values that an operation does not write.
    func unwritten(_ descriptor: Descriptor) throws -> Memory {
        let memory = try Memory(descriptor, on: device)
        memory.floats.update(repeating: .nan)
        return memory
    }

    /// The values of `memory`. Also checks that the padding is 0, which the optimizers rely on.
    func tensor(_ memory: Memory, sourceLocation: SourceLocation = #_sourceLocation) throws -> Tensor {
        let shape = memory.descriptor.shape
        let result = try Memory(rowMajor(shape), on: device)
        try reorder(memory, to: result)
        let (numbers, everything) = (contents(result), contents(memory))
        #expect(
            everything.count { $0 != 0 } == numbers.count { $0 != 0 }, "padding must be 0",
            sourceLocation: sourceLocation)
        return Tensor(shape, floats: numbers)
    }

    /// The raw content of `memory`, including padding.
    func contents(_ memory: Memory) -> [Float] {
        // `memory` may be the last reference, and `floats` does not keep it alive.
        withExtendedLifetime(memory) { Array(memory.floats) }
    }

    func reorder(_ source: Memory, to destination: Memory) throws {
        let primitive = try Primitive.reorder(from: source.descriptor, to: destination.descriptor, on: device)
        try run(primitive, [.source: source, .destination: destination])
    }

    /// Runs `primitive` with a scratchpad filled with NaN.
    func run(_ primitive: Primitive, _ arguments: [Argument: Memory]) throws {
        var arguments = arguments
        if let scratchpad = primitive.wants(.scratchpad, shape: []) {
            arguments[.scratchpad] = try unwritten(scratchpad)
        }
        try primitive.call(arguments, on: device).run()
    }

    /// Runs `primitive` with `inputs` in the layouts that it expects.
    ///
    /// - Returns: a row-major tensor for each of `outputs`, with the given shapes.
    func run(
        _ primitive: Primitive, _ inputs: [Argument: Tensor], outputs: [Argument: [Int]]
    ) throws -> [Argument: Tensor] {
        var arguments: [Argument: Memory] = [:]
        for (argument, tensor) in inputs {
            arguments[argument] = try memory(tensor, as: primitive.wants(argument, shape: tensor.shape))
        }
        for (argument, shape) in outputs {
            arguments[argument] = try unwritten(primitive.wants(argument, shape: shape) ?? rowMajor(shape))
        }
        try run(primitive, arguments)
        var results: [Argument: Tensor] = [:]
        for argument in outputs.keys {
            results[argument] = try tensor(try #require(arguments[argument]))
        }
        return results
    }
}

/// Compares by relative error.
func expectClose(
    _ found: Tensor?, _ expected: Tensor, _ tolerance: Double = 1e-5, what: @autoclosure () -> String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = found?.relativeError(to: expected) ?? .infinity
    #expect(error <= tolerance, "\(what())", sourceLocation: sourceLocation)
}

/// Compares elementwise, and reports only the first difference.
func expectSame(_ found: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation) {
    let firstDifferent = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset
    #expect(firstDifferent == nil && found.count == expected.count, sourceLocation: sourceLocation)
}
