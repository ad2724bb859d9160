// Ten thousand damaged files from a fixed seed: each gives an error or a valid array.

import Datasets
import Testing

@Suite struct DamagedFilesTests {
    private let file = DataFile(path: "/data/a", dataset: "mnist")

    @Test func `10,000 damaged files neither crash nor give an invalid array`() throws {
        var generator = SplitMix64(state: 2017)
        var refused = 0
        for round in 0..<10_000 {
            let elements = (0..<48).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            var bytes = idx([3, 4, 4], elements)
            switch round % 3 {
            case 0: damage(&bytes, &generator)
            case 1:
                bytes = try gzip(bytes)
                damage(&bytes, &generator)
            default:
                damage(&bytes, &generator)
                bytes = try gzip(bytes)
            }
            do throws(DatasetError) {
                let array = try IDXArray(bytes, ranks: 3...3, of: file)
                #expect(array.dimensions.count == 3)
                #expect(array.dimensions.reduce(1, *) == array.elements.count)
            } catch {
                #expect(error.description.hasPrefix("/data/a: "))
                refused += 1
            }
        }
        // A plain file with flipped bits in its elements stays valid; most others do not.
        #expect((5_000..<10_000).contains(refused))
    }

    private func damage(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
        for _ in 0...generator.next(below: 3) {
            let position = Int(generator.next(below: UInt64(max(bytes.count, 1))))
            switch generator.next(below: 6) {
            case 0: bytes.removeLast(bytes.count - position)
            case 1: bytes.append(UInt8(truncatingIfNeeded: generator.next()))
            case 2: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: position)
            case 3 where !bytes.isEmpty: bytes.remove(at: position)
            case 4 where bytes.count > 15: bytes[4 + position % 12] = UInt8(truncatingIfNeeded: generator.next())
            default: if !bytes.isEmpty { bytes[position] ^= 1 << UInt8(generator.next(below: 8)) }
            }
        }
    }
}
