// The IDX parser with synthetic bytes, plain and gzip.

import Datasets
import Testing

@Suite struct IDXArrayTests {
    private let file = DataFile(path: "/data/a", dataset: "mnist")

    private func fault(_ bytes: [UInt8], rank: Int = 1) -> FileFault? {
        guard
            case .brokenFile(let path, let fault, _) = error(of: { () throws(DatasetError) in
                _ = try IDXArray(bytes, ranks: rank...rank, of: file)
            })
        else { return nil }
        #expect(path == file.path)
        return fault
    }

    @Test func `plain and compressed bytes give the same array`() throws {
        let bytes = idx([2, 1, 3], [1, 2, 3, 250, 251, 252])
        let plain = try IDXArray(bytes, ranks: 3...3, of: file)
        #expect(plain.dimensions == [2, 1, 3])
        #expect(plain.elements == [1, 2, 3, 250, 251, 252])
        #expect(try IDXArray(gzip(bytes), ranks: 3...3, of: file) == plain)
    }

    @Test func `lengths are big-endian and have 32 bits`() throws {
        let array = try IDXArray(idx([0x01_02_03], [UInt8](repeating: 7, count: 0x01_02_03)), ranks: 1...1, of: file)
        #expect(array.elements.count == 66051)
    }

    @Test func `the checksum is that of the uncompressed file`() throws {
        // printf '\0\0\10\1\0\0\0\2\5\6' | sha256sum
        let expected = "49faee2c2a65d1f617a310c5c00be5770637e6f1a705fc5e537723c11ee84be0"
        #expect(try IDXArray(gzip(idx([2], [5, 6])), ranks: 1...1, of: file).digest == expected)
    }

    @Test func `an empty file is refused`() {
        #expect(fault([]) == .empty)
    }

    @Test func `bytes that are not IDX are refused`() throws {
        #expect(fault(Array("<html>".utf8)) == .wrongMagic(Array("<htm".utf8)))
        #expect(try fault(gzip(Array("<html>".utf8))) == .wrongMagic(Array("<htm".utf8)))
    }

    @Test func `elements other than unsigned bytes are refused`() {
        #expect(fault(idx([1], [0, 0, 0, 0], magic: [0, 0, 0x0d])) == .wrongElementType(0x0d))
    }

    @Test func `a wrong number of dimensions is refused`() {
        #expect(fault(idx([1, 1, 1], [0])) == .wrongRank(got: 3, expected: 1...1))
        #expect(fault(idx([1], [0]), rank: 3) == .wrongRank(got: 1, expected: 3...3))
    }

    @Test(arguments: [[0], [1 << 31 + 1], [0xffff_ffff]])
    func `zero and too large dimensions are refused`(dimensions: [Int]) {
        #expect(fault(idx(dimensions, [])) == .badDimensions(dimensions))
    }

    @Test(arguments: [[1, 0, 1], [65536, 65536, 65536], [0xffff_ffff, 0xffff_ffff, 0xffff_ffff]])
    func `zero and too large products are refused`(dimensions: [Int]) {
        #expect(fault(idx(dimensions, []), rank: 3) == .badDimensions(dimensions))
    }

    @Test(arguments: 1..<10) func `a plain file truncated anywhere is refused`(length: Int) {
        let bytes = idx([2], [5, 6])
        let expected = length < 4 ? 4 : length < 8 ? 8 : 10
        #expect(fault(Array(bytes.prefix(length))) == .truncated(got: length, expected: expected))
    }

    @Test func `a compressed file truncated anywhere is refused`() throws {
        let bytes = try gzip(idx([40], (0..<40).map { $0 &* 37 }))
        for length in 1..<bytes.count {
            #expect(fault(Array(bytes.prefix(length))) != nil, "cut to \(length) bytes")
        }
    }

    @Test func `a compressed file without its checksum is refused`() throws {
        let bytes = try gzip(idx([2], [5, 6]))
        #expect(fault(bytes.dropLast(8)) == .damagedCompression("it ends before its checksum"))
    }

    @Test func `a wrong checksum is refused`() throws {
        var bytes = try gzip(idx([2], [5, 6]))
        bytes[bytes.count - 8] ^= 1
        #expect(fault(bytes) == .damagedCompression("incorrect data check"))
    }

    @Test func `bytes after the last element are refused`() throws {
        let bytes = idx([2], [5, 6, 7])
        #expect(fault(bytes) == .trailingBytes)
        #expect(try fault(gzip(bytes)) == .trailingBytes)
        #expect(try fault(gzip(idx([2], [5, 6])) + gzip([7])) == .trailingBytes)
        #expect(try fault(gzip(idx([2], [5, 6])) + [0, 0, 7]) == .bytesAfterGzip)
    }

    @Test(arguments: 0...10) func `a compressed file may have several members, and zeros after them`(cut: Int) throws {
        let bytes = idx([2], [5, 6])
        let members = try gzip(Array(bytes.prefix(cut))) + gzip([]) + gzip(Array(bytes.dropFirst(cut)))
        let plain = try IDXArray(bytes, ranks: 1...1, of: file)
        #expect(try IDXArray(members, ranks: 1...1, of: file) == plain)
        #expect(try IDXArray(members + [UInt8](repeating: 0, count: 512), ranks: 1...1, of: file) == plain)
        #expect(fault(Array(members.dropLast())) != nil)
    }

    @Test func `no memory is allocated for more than a small file can contain`() throws {
        // Two gigabytes announced in some 30 bytes: more than deflate's 1032 : 1 allows.
        let bytes = try gzip(idx([1 << 31], [5]))
        #expect(fault(bytes) == .truncated(got: 1032 * bytes.count, expected: 8 + 1 << 31))
    }

    @Test func `content beyond the announced size is not inflated`() throws {
        let bomb = try gzip(idx([2], [UInt8](repeating: 0, count: 1 << 24)))
        #expect(fault(bomb) == .trailingBytes)
    }
}
