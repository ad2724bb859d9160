// A hundred thousand damaged headers and files from a fixed seed: each gives a value or an error, never a crash.

import Files
import Safetensors
import TestSupport
import Testing

@Suite struct DamagedHeaderTests {
    static let header = Array(
        #"""
        {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},\#
        "b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}
        """#.utf8)

    static let pieces = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "-1", "1e9", "18446744073709551616", "4294967296", "\\ud800", "null",
        "\0",
    ]

    /// Damages bytes in one to three places.
    func damaged(_ good: [UInt8], using random: inout SplitMix64) -> [UInt8] {
        var bytes = good
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 1...20, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes.insert(contentsOf: (Self.pieces.randomElement(using: &random) ?? "").utf8, at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.removeSubrange(place..<end)
            default: bytes[place..<end] = bytes[place..<end].reversed()[...]
            }
        }
        return bytes
    }

    @Test func `damaged headers give a valid layout or an error`() {
        var random = SplitMix64(state: 1)
        var sound = 0
        for _ in 0..<97_000 {
            do throws(FileError) {
                let header = try Header(parsing: damaged(Self.header, using: &random), of: "a", dataCount: 16)
                let ranges = header.tensors.values.map(\.byteRange).sorted { $0.lowerBound < $1.lowerBound }
                #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == 16)
                #expect(header.tensors.values.allSatisfy { $0.count >= 0 })
                sound += 1
            } catch {
                #expect(!error.problem.isEmpty)
            }
        }
        #expect(500...25_000 ~= sound)  // such as a changed letter in a name
    }

    @Test func `damaged files give bytes or an error`() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(state: 2)
        var refused = 0
        for _ in 0..<3000 {
            let path = try folder.write(damaged(fileBytes(header: Self.header, zeros: 16), using: &random))
            do throws(FileError) {
                let file = try SafetensorsFile(contentsOf: path)
                for (name, info) in file.tensors {
                    #expect(try file.bytes(named: name).count == info.byteRange.count)
                }
            } catch {
                #expect(error.description.hasPrefix("\(path): "))
                refused += 1
            }
        }
        #expect(2000..<3000 ~= refused)
    }
}
