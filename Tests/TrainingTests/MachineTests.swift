// Checks that Linux's facts about the machine are plausible.

import Testing
import Training

@Suite struct MachineTests {
    @Test func `this machine's facts are plausible`() {
        let machine = Machine.current
        #expect(!machine.processor.isEmpty)
        #expect((1...4096).contains(machine.cores))
        #expect(machine.memoryBytes > 64 << 20)
        #expect(machine.availableMemoryBytes > 0)
        #expect(machine.availableMemoryBytes <= machine.memoryBytes)
    }

    @Test func `peak memory follows touched pages`() {
        let before = Machine.peakMemoryBytes
        #expect(before > 1 << 20)
        let count = before + (64 << 20)
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(bytes.last == 1)
        #expect(Machine.peakMemoryBytes >= count)
    }
}
