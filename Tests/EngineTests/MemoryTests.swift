// Descriptors, parts of a batch, buffers and memory objects.

import MemoryUse
import OneDNN
import ReferenceNetwork
import Testing

@Suite struct MemoryTests {
    @Test(arguments: [Layout.abcd, .acdb, .aBcd16b, .aBcd8b])
    func `parts of a batch are contiguous and cover it`(_ layout: Layout) throws {
        let bench = try Bench()
        let numbers = Tensor(random: [5, 17, 3, 3], seed: 1)
        let whole = try bench.unwritten(Descriptor(numbers.shape, layout: layout))
        for (start, count) in [(0, 2), (2, 2), (4, 1)] {
            let each = 17 * 3 * 3
            let image = Tensor([count, 17, 3, 3], Array(numbers.values[start * each..<(start + count) * each]))
            let part = try whole.descriptor.part(from: start, count: count)
            #expect(part.shape == image.shape)
            try bench.reorder(bench.memory(image), to: Memory(part, at: whole.base, on: bench.device))
        }
        expectClose(try bench.tensor(whole), numbers, 0)
    }

    @Test(arguments: [Layout.abcd, .acdb, .aBcd16b, .aBcd8b])
    func `a descriptor keeps its layout for another number of images`(_ layout: Layout) throws {
        let seven = try Descriptor([7, 17, 3, 3], layout: layout)
        let two = try #require(try seven.resized(to: 2))
        #expect(try two == Descriptor([2, 17, 3, 3], layout: layout))
        #expect(two.byteCount * 7 == seven.byteCount * 2)
        #expect(try seven.part(from: 0, count: 2) == two)
    }

    @Test func `an invalid shape is an error`() {
        let error = #expect(throws: OneDNNError.self) { try Descriptor([2, -3], layout: .ab) }
        #expect(error?.description.contains("a descriptor of shape [2, -3]") == true)
        #expect(throws: OneDNNError.self) { try Descriptor([2, 3, 4], layout: .ab) }
    }

    @Test(arguments: [0, 1, 4095, 3 << 20])
    func `a buffer is aligned, large enough and zeroed`(byteCount: Int) throws {
        let bench = try Bench()
        let buffer = try Buffer(byteCount: byteCount, on: bench.device)
        #expect(buffer.byteCount == byteCount)
        #expect(Int(bitPattern: buffer.base).isMultiple(of: 64))
        #expect(buffer.floats.count == byteCount / 4)
        #expect(withExtendedLifetime(buffer) { buffer.floats.allSatisfy { $0 == 0 } })
    }

    @Test func `a buffer larger than the available memory is an error`() {
        let error = #expect(throws: OneDNNError.self) { try Buffer(byteCount: 1 << 60, on: Bench().device) }
        #expect(error?.description.contains("a buffer of \(1 << 60) bytes") == true)
    }

    @Test func `a device counts the memory of its live buffers`() throws {
        let bench = try Bench(), other = try Bench()
        let before = bench.device.memory.bytes
        func hold() throws {
            let buffers = [
                try Buffer(byteCount: 5000, on: bench.device), try Buffer(byteCount: 3 << 20, on: bench.device),
            ]
            #expect(withExtendedLifetime(buffers) { bench.device.memory.bytes } == before + 8192 + 4 << 20)
            #expect(other.device.memory.bytes == 0)
            #expect(withExtendedLifetime(buffers) { other.device.memory.bytesOfOthers } >= 8192 + 4 << 20)
        }
        try hold()
        #expect(bench.device.memory.bytes == before)
    }

    @Test func `moved memory is read from its new address`() throws {
        let bench = try Bench()
        let first = try bench.memory(Tensor([2], [1, 2]))
        let second = try bench.memory(Tensor([2], [3, 4]))
        let moving = try Memory(bench.rowMajor([2]), at: first.base, on: bench.device)
        #expect(try bench.tensor(moving).values == [1, 2])
        try moving.move(to: second.base)
        #expect(try bench.tensor(moving).values == [3, 4])
    }
}
