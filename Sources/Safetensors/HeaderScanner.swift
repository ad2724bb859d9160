// A strict parser for the subset of JSON in safetensors headers: objects, lists of whole numbers, strings. A general
// JSON parser would silently drop duplicate keys and accept 1.0 or -0 as a size.

internal import Files

/// Parses a header from its first byte to its last.
struct HeaderScanner {
    private let bytes: [UInt8]
    private let path: String
    private var position = 0

    /// - Parameter path: the file, for errors.
    init(_ bytes: [UInt8], of path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// Parses an object with distinct keys whose values `member` parses.
    mutating func object(
        _ member: (inout HeaderScanner, String) throws(FileError) -> Void
    ) throws(FileError) {
        var keys: Set<String> = []
        try list(from: "{", to: "}") { scanner throws(FileError) in
            let key = try scanner.string()
            guard keys.insert(key).inserted else {
                throw scanner.damaged("the key \(key.quoted) occurs twice in one object")
            }
            try scanner.expect(":")
            try member(&scanner, key)
        }
    }

    /// Parses a list of non-negative whole numbers.
    mutating func integers() throws(FileError) -> [Int] {
        var integers: [Int] = []
        try list(from: "[", to: "]") { scanner throws(FileError) in integers.append(try scanner.integer()) }
        return integers
    }

    /// Parses a string and resolves its escapes.
    mutating func string() throws(FileError) -> String {
        skipSpaces()
        guard take("\"") else { throw flaw("a string in double quotes") }
        var text: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw damaged("the string that ends at byte \(position) of the header is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += try escaped()
            case 0..<0x20: throw flaw("no control character in a string")
            default: text.append(byte)
            }
        }
        throw flaw("the end of a string")
    }

    /// Checks that only spaces follow.
    mutating func end() throws(FileError) {
        skipSpaces()
        guard position == bytes.count else { throw flaw("nothing more") }
    }

    private mutating func list(
        from first: Unicode.Scalar, to last: Unicode.Scalar,
        _ item: (inout HeaderScanner) throws(FileError) -> Void
    ) throws(FileError) {
        try expect(first)
        skipSpaces()
        if take(last) { return }
        while true {
            try item(&self)
            skipSpaces()
            if take(last) { return }
            guard take(",") else { throw flaw("a comma or \(last)") }
        }
    }

    private mutating func integer() throws(FileError) -> Int {
        skipSpaces()
        let digits = bytes[position...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let after = bytes[digits.endIndex...].first
        let isWhole = !digits.isEmpty && !(digits.count > 1 && digits.first == UInt8(ascii: "0"))
        guard isWhole, after.map(".eE".utf8.contains) != true else { throw flaw("a whole number from 0") }
        guard let integer = Int(String(decoding: digits, as: UTF8.self)) else {
            throw damaged("the number at byte \(position) of the header is beyond 64 bits")
        }
        position = digits.endIndex
        return integer
    }

    private mutating func escaped() throws(FileError) -> [UInt8] {
        switch next() {
        case UInt8(ascii: "\""): return [UInt8(ascii: "\"")]
        case UInt8(ascii: "\\"): return [UInt8(ascii: "\\")]
        case UInt8(ascii: "/"): return [UInt8(ascii: "/")]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), take("\\"), take("u") { units.append(try codeUnit()) }
            guard let text = String(validating: units, as: UTF16.self) else { throw flaw("a pair of surrogates") }
            return Array(text.utf8)
        default: throw flaw("one of JSON's escapes")
        }
    }

    private mutating func codeUnit() throws(FileError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw flaw("four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws(FileError) {
        skipSpaces()
        guard take(scalar) else { throw flaw("\(scalar)") }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func next() -> UInt8? {
        guard position < bytes.count else { return nil }
        position += 1
        return bytes[position - 1]
    }

    private mutating func skipSpaces() {
        while position < bytes.count, " \t\n\r".utf8.contains(bytes[position]) { position += 1 }
    }

    /// Creates an error about the header.
    func damaged(_ problem: String) -> FileError { .damaged(path, problem) }

    private func flaw(_ expected: String) -> FileError {
        damaged("the header is not valid JSON of the format: expected \(expected) at its byte \(position)")
    }
}
