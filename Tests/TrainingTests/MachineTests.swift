// What Linux tells of the machine: only that it can be true.

import Testing
import Training

@Suite struct MachineTests {
    @Test func `this machine is a plausible one`() {
        let machine = Machine.current
        #expect(!machine.processor.isEmpty)
        #expect((1...4096).contains(machine.cores))
        #expect(machine.memoryBytes > 64 << 20)
        #expect(machine.availableMemoryBytes > 0)
        #expect(machine.availableMemoryBytes <= machine.memoryBytes)
    }

    @Test func `peak memory follows what is touched`() {
        let before = Machine.peakMemoryBytes
        #expect(before > 1 << 20)
        let count = before + (64 << 20)
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(bytes.last == 1)
        #expect(Machine.peakMemoryBytes >= count)
    }
}
