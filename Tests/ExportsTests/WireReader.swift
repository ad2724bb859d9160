// Parses Protocol Buffers and TFRecords according to the encoding guide, independent of the code that writes them.

import Testing

/// A field of a message.
enum WireValue: Equatable {
    case varint(UInt64)
    case bits64(UInt64)
    case bytes([UInt8])
    case bits32(UInt32)
}

/// A message: its fields in order.
struct WireMessage {
    var fields: [(number: Int, value: WireValue)] = []

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        func varint() throws -> UInt64 {
            var value: UInt64 = 0
            for shift in stride(from: 0, to: 64, by: 7) {
                guard let byte = rest.popFirst() else { throw Unsound() }
                value |= UInt64(byte & 0x7F) << UInt64(shift)
                if byte < 0x80 { return value }
            }
            throw Unsound()
        }
        func take(_ count: Int) throws -> [UInt8] {
            guard count <= rest.count else { throw Unsound() }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        while !rest.isEmpty {
            let key = try varint()
            let value: WireValue =
                switch key & 7 {
                case 0: .varint(try varint())
                case 1: .bits64(littleEndian(try take(8)))
                case 2: .bytes(try take(Int(try varint())))
                case 5: .bits32(UInt32(littleEndian(try take(4))))
                default: throw Unsound()
                }
            fields.append((Int(key >> 3), value))
        }
    }

    func messages(_ number: Int) throws -> [WireMessage] { try bytes(number).map { try WireMessage($0) } }

    func message(_ number: Int) throws -> WireMessage { try #require(try messages(number).first) }

    func bytes(_ number: Int) -> [[UInt8]] {
        fields.compactMap { field in
            if field.number == number, case .bytes(let bytes) = field.value { bytes } else { nil }
        }
    }

    func texts(_ number: Int) -> [String] { bytes(number).map { String(decoding: $0, as: UTF8.self) } }

    func text(_ number: Int) -> String? { texts(number).first }

    func integers(_ number: Int) -> [Int] {
        fields.compactMap { field in
            if field.number == number, case .varint(let value) = field.value { Int(value) } else { nil }
        }
    }

    func float(_ number: Int) -> Float? {
        for field in fields where field.number == number {
            if case .bits32(let bits) = field.value { return Float(bitPattern: bits) }
        }
        return nil
    }

    func double(_ number: Int) -> Double? {
        for field in fields where field.number == number {
            if case .bits64(let bits) = field.value { return Double(bitPattern: bits) }
        }
        return nil
    }
}

/// The bytes violate the format.
struct Unsound: Error {}

func littleEndian(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

/// The messages of an event file. Checksums are compared with a golden record.
func eventMessages(_ bytes: [UInt8]) throws -> [WireMessage] {
    var messages: [WireMessage] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        guard rest.count >= 16 else { throw Unsound() }
        let length = Int(littleEndian(rest.prefix(8)))
        guard rest.count >= 16 + length else { throw Unsound() }
        messages.append(try WireMessage(Array(rest.dropFirst(12).prefix(length))))
        rest = rest.dropFirst(16 + length)
    }
    return messages
}
