// The header of a safetensors file: strictly validated when read, and written byte-identical to the reference
// implementation.

package import Files

/// Metadata and tensors of a file. Byte ranges count from the end of the header.
package struct Header {
    /// Maximum size of a header in bytes; the format's own limit is 100,000,000.
    static let maxBytes = 1 << 20

    package private(set) var metadata: [String: String] = [:]
    package private(set) var tensors: [String: TensorInfo] = [:]

    /// Creates a header with its tensors' bytes laid out consecutively as the format requires: the widest type first,
    /// then by name.
    init(
        for path: String, metadata: [String: String], tensors: [(name: String, type: TensorType, shape: [Int])]
    ) throws(FileError) {
        self.metadata = metadata
        var end = 0
        for (name, type, shape) in tensors.sorted(by: { Self.precedes(($0.type, $0.name), ($1.type, $1.name)) }) {
            guard name != "__metadata__" else { throw .unwritable(path, "no tensor may be called __metadata__") }
            guard let bytes = type.byteCount(of: shape), bytes <= Int.max - end else {
                throw .unwritable(path, "tensor \(name.quoted) has the impossible shape \(shape)")
            }
            let info = TensorInfo(type: type, shape: shape, byteRange: end..<end + bytes)
            guard self.tensors.updateValue(info, forKey: name) == nil else {
                throw .unwritable(path, "two tensors are called \(name.quoted)")
            }
            end += bytes
        }
    }

    /// Names in the order of the tensors' bytes.
    var order: [String] {
        tensors.sorted { Self.precedes(($0.value.type, $0.key), ($1.value.type, $1.key)) }.map(\.key)
    }

    private typealias Place = (type: TensorType, name: String)

    private static func precedes(_ a: Place, _ b: Place) -> Bool {
        let (left, right) = (a.type.rank, b.type.rank)
        // By bytes, as in the reference implementation; Swift's order of strings is different.
        return left != right ? left > right : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
    }

    /// The header's text, padded with spaces to a multiple of 8 bytes.
    var json: [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            let texts = pairs.map { "\($0.key.json):\($0.value.json)" }
            members.append(#""__metadata__":{\#(texts.joined(separator: ","))}"#)
        }
        for name in order {
            guard let info = tensors[name] else { continue }
            let shape = info.shape.map(String.init).joined(separator: ",")
            let (begin, end) = (info.byteRange.lowerBound, info.byteRange.upperBound)
            let type = info.type.rawValue
            members.append(
                #"\#(name.json):{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(begin),\#(end)]}"#)
        }
        var json = Array("{\(members.joined(separator: ","))}".utf8)
        while !json.count.isMultiple(of: 8) { json.append(UInt8(ascii: " ")) }
        return json
    }
}

extension Header {
    /// Parses the header of the file `path`, which has `dataCount` bytes after it.
    package init(parsing bytes: [UInt8], of path: String, dataCount: Int) throws(FileError) {
        guard bytes.first == UInt8(ascii: "{") else { throw .damaged(path, "the header does not begin with {") }
        var scanner = HeaderScanner(bytes, of: path)
        var metadata: [String: String] = [:]
        var tensors: [String: TensorInfo] = [:]
        try scanner.object { scanner, name throws(FileError) in
            if name == "__metadata__" {
                try scanner.object { scanner, key throws(FileError) in metadata[key] = try scanner.string() }
            } else {
                tensors[name] = try TensorInfo(name, from: &scanner)
            }
        }
        try scanner.end()
        (self.metadata, self.tensors) = (metadata, tensors)
        try checkLayout(of: path, dataCount: dataCount)
    }

    /// Checks that every byte after the header belongs to exactly one tensor.
    private func checkLayout(of path: String, dataCount: Int) throws(FileError) {
        var end = 0
        let sorted = tensors.sorted {
            ($0.value.byteRange.lowerBound, $0.value.byteRange.upperBound, $0.key)
                < ($1.value.byteRange.lowerBound, $1.value.byteRange.upperBound, $1.key)
        }
        for (name, info) in sorted {
            let begin = info.byteRange.lowerBound
            guard begin <= end else { throw .damaged(path, "a gap of bytes before tensor \(name.quoted)") }
            guard begin == end else { throw .damaged(path, "tensor \(name.quoted) overlaps the one before it") }
            end = info.byteRange.upperBound
        }
        guard end == dataCount else {
            throw .damaged(
                path,
                "the tensors take \(end) bytes and the file has \(dataCount) for them; "
                    + "it is truncated or has extra bytes at the end")
        }
    }
}

extension TensorInfo {
    fileprivate init(_ name: String, from scanner: inout HeaderScanner) throws(FileError) {
        var (type, shape, offsets): (TensorType?, [Int]?, [Int]?)
        try scanner.object { scanner, key throws(FileError) in
            switch key {
            case "dtype":
                let word = try scanner.string()
                type = TensorType(rawValue: word)
                guard type != nil else {
                    throw scanner.damaged("tensor \(name.quoted) has the unknown type \(word.quoted)")
                }
            case "shape": shape = try scanner.integers()
            case "data_offsets": offsets = try scanner.integers()
            default: throw scanner.damaged("tensor \(name.quoted) has the unknown key \(key.quoted)")
            }
        }
        guard let type, let shape, let offsets else {
            throw scanner.damaged("tensor \(name.quoted) lacks its dtype, shape or data_offsets")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw scanner.damaged("tensor \(name.quoted) needs two data_offsets, begin and end")
        }
        guard let bytes = type.byteCount(of: shape) else {
            throw scanner.damaged("tensor \(name.quoted) has a shape beyond 64 bits")
        }
        guard bytes == offsets[1] - offsets[0] else {
            throw scanner.damaged(
                "tensor \(name.quoted) has \(offsets[1] - offsets[0]) bytes, but its shape needs \(bytes)")
        }
        self.init(type: type, shape: shape, byteRange: offsets[0]..<offsets[1])
    }
}

extension TensorType {
    /// Position in the reference implementation's order of types, which determines the layout of files.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension String {
    /// The text in JSON's quotes, with the escapes that the reference implementation uses.
    fileprivate var json: String {
        let escaped = unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case "\u{8}": "\\b"
            case "\u{C}": "\\f"
            case "\0"..<" ": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
