// Reading accepts valid files, and refuses everything else with a sentence and never with a crash.

import Files
import Foundation
import Safetensors
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The error for a file with these bytes, without its path; `nil` if it is valid.
    func refusal(of bytes: [UInt8]) throws -> String? {
        let path = try folder.write(bytes)
        do throws(FileError) {
            _ = try SafetensorsFile(contentsOf: path)
            return nil
        } catch {
            let prefix = "not a valid safetensors file: "
            guard error.path == path, error.problem.hasPrefix(prefix) else {
                Issue.record("\(error)")
                return nil
            }
            return String(error.problem.dropFirst(prefix.count))
        }
    }

    static let tensor = #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

    @Test(
        arguments: [
            ("gap", #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3, #"a gap of bytes before tensor "a""#),
            (
                "overlap",
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
                3, #"tensor "b" overlaps the one before it"#
            ),
            (
                "cut off", "{\"a\":\(tensor)}", 7,
                "the tensors take 8 bytes and the file has 7 for them; it is truncated or has extra bytes at the end"
            ),
            (
                "too long", "{\"a\":\(tensor)}", 9,
                "the tensors take 8 bytes and the file has 9 for them; it is truncated or has extra bytes at the end"
            ),
            (
                "wrong size", #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8,
                #"tensor "a" has 8 bytes, but its shape needs 12"#
            ),
            (
                "overflow of the shape",
                #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0,
                #"tensor "a" has a shape beyond 64 bits"#
            ),
            (
                "overflow of a number", #"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,0]}}"#, 0,
                "the number at byte 29 of the header is beyond 64 bits"
            ),
            (
                "backward offsets", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8,
                #"tensor "a" needs two data_offsets, begin and end"#
            ),
            (
                "one offset", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}"#, 8,
                #"tensor "a" needs two data_offsets, begin and end"#
            ),
            (
                "duplicate tensor", "{\"a\":\(tensor),\"\\u0061\":\(tensor)}", 8,
                #"the key "a" occurs twice in one object"#
            ),
            (
                "duplicate key in a tensor",
                #"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8,
                #"the key "dtype" occurs twice in one object"#
            ),
            (
                "duplicate metadata", #"{"__metadata__":{"a":"b","a":"c"}}"#, 0,
                #"the key "a" occurs twice in one object"#
            ),
            (
                "extra key", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":[]}}"#, 8,
                #"tensor "a" has the unknown key "x""#
            ),
            (
                "missing key", #"{"a":{"dtype":"F32","shape":[2]}}"#, 8,
                #"tensor "a" lacks its dtype, shape or data_offsets"#
            ),
            (
                "unknown type", #"{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}"#, 8,
                #"tensor "a" has the unknown type "F31""#
            ),
            (
                "metadata that is no text", #"{"__metadata__":{"a":1}}"#, 0,
                "the header is not valid JSON of the format: expected a string in double quotes at its byte 21"
            ),
            (
                "negative number", #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8,
                "the header is not valid JSON of the format: expected a whole number from 0 at its byte 29"
            ),
            (
                "fractional number", #"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, 8,
                "the header is not valid JSON of the format: expected a whole number from 0 at its byte 29"
            ),
            (
                "exponent", #"{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}"#, 8,
                "the header is not valid JSON of the format: expected a whole number from 0 at its byte 29"
            ),
            (
                "leading zero", #"{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#, 8,
                "the header is not valid JSON of the format: expected a whole number from 0 at its byte 29"
            ),
            ("list", "[]", 0, "the header does not begin with {"),
            ("space first", " {}", 0, "the header does not begin with {"),
            ("no header", "", 0, "the header does not begin with {"),
            (
                "not closed", "{", 0,
                #"the header is not valid JSON of the format: expected a string in double quotes at its byte 1"#
            ),
            (
                "string not closed", "{\"a", 0,
                "the header is not valid JSON of the format: expected the end of a string at its byte 3"
            ),
            (
                "text behind", "{} x", 0,
                "the header is not valid JSON of the format: expected nothing more at its byte 3"
            ),
            (
                "trailing comma", "{\"a\":\(tensor),}", 8,
                "the header is not valid JSON of the format: expected a string in double quotes at its byte 54"
            ),
            (
                "lone surrogate", #"{"\ud800":{}}"#, 0,
                "the header is not valid JSON of the format: expected a pair of surrogates at its byte 8"
            ),
            (
                "unknown escape", #"{"\x":{}}"#, 0,
                "the header is not valid JSON of the format: expected one of JSON's escapes at its byte 4"
            ),
            (
                "control character", "{\"\u{1}\":{}}", 0,
                "the header is not valid JSON of the format: expected no control character in a string at its byte 3"
            ),
        ] as [(String, String, Int, String)])
    func `an invalid header is refused in one sentence`(
        flaw: String, header: String, zeros: Int, sentence: String
    ) throws {
        #expect(try refusal(of: fileBytes(header: header, zeros: zeros)) == sentence)
    }

    @Test func `a name that is not UTF-8 is refused`() throws {
        let header = Array("{\"".utf8) + [0xC3, 0x28] + Array("\":\(Self.tensor)}".utf8)
        #expect(
            try refusal(of: fileBytes(header: header, zeros: 8))
                == "the string that ends at byte 5 of the header is not UTF-8")
    }

    @Test func `a file too short for a header's length is refused`() throws {
        for count in 0..<8 {
            #expect(
                try refusal(of: Array(repeating: 0, count: count))
                    == "it has only \(count) bytes; the length of the header alone takes 8")
        }
    }

    @Test func `a header past the end of the file or past 1 MiB is refused before it is read`() throws {
        #expect(
            try refusal(of: [3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D])
                == "its header of 3 bytes extends past the end of the file")
        let huge = [UInt8](repeating: 0xFF, count: 8) + [0x7B, 0x7D]
        #expect(
            try refusal(of: huge) == "its header has 18446744073709551615 bytes; at most 1 MiB is supported")
        #expect(try refusal(of: fileBytes(header: "{}" + String(repeating: " ", count: 1 << 20 - 2))) == nil)
        #expect(
            try refusal(of: fileBytes(header: "{}" + String(repeating: " ", count: 1 << 20 - 1)))
                == "its header has 1048577 bytes; at most 1 MiB is supported")
    }

    @Test func `deep nesting is refused without recursion`() throws {
        let header = #"{"a":"# + String(repeating: "[", count: 500_000)
        #expect(try refusal(of: fileBytes(header: header)) != nil)
    }

    @Test func `all types, scalars and empty tensors are read`() throws {
        var header = "{"
        var end = 0
        for (index, type) in TensorType.allCases.enumerated() {
            header += "\"\(index)\" : {\"shape\":[ ],\"data_offsets\":[\(end),\(end + type.byteCount)],"
            header += "\"dtype\":\"\(type.rawValue)\"},"
            end += type.byteCount
        }
        header += "\"empty\":{\"dtype\":\"F32\",\"shape\":[3,0],\"data_offsets\":[\(end),\(end)]}}\n"
        let file = try SafetensorsFile(contentsOf: folder.write(fileBytes(header: header, zeros: end)))
        #expect(file.metadata == [:])
        #expect(file.tensors.count == TensorType.allCases.count + 1)
        #expect(file.tensors["0"]?.type == .bool)
        #expect(file.tensors["0"]?.count == 1)
        #expect(try file.withFloats(named: "empty") { $0.count } == 0)
        #expect(try file.bytes(named: "14") == Array(repeating: 0, count: 8))
    }

    @Test func `unaligned floats are read completely`() throws {
        let header =
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#
        let bytes = fileBytes(header: header) + [0xFF, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0]
        let file = try SafetensorsFile(contentsOf: folder.write(bytes))
        #expect(try file.withFloats(named: "b") { Array($0) } == [1.5, -2])
    }

    @Test func `a missing or different tensor is named`() throws {
        let header =
            #"{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#
        let path = try folder.write(fileBytes(header: header, zeros: 12))
        let file = try SafetensorsFile(contentsOf: path)
        func sentence(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return ""
        }
        #expect(sentence { try file.withFloats(named: "c") { _ in } } == "\(path): has no tensor \"c\"")
        #expect(
            sentence { try file.withFloats(named: "a") { _ in } } == "\(path): tensor \"a\" has type I32, not F32")
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        defer { floats.deallocate() }
        #expect(
            sentence { try file.readFloats(named: "b", into: floats) }
                == "\(path): tensor \"b\" of shape [2] has 2 elements, not 3")
    }

    @Test func `a file that shrinks while it is open is an error`() throws {
        let path = try folder.write(fileBytes(header: "{\"a\":\(Self.tensor)}", zeros: 8))
        let file = try SafetensorsFile(contentsOf: path)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 66)
        #expect(throws: FileError(path, "not a valid safetensors file: it was truncated while it was read")) {
            try file.withFloats(named: "a") { _ in }
        }
    }

    @Test func `a special file is refused with advice`() {
        func sentence(_ path: String) -> String {
            do { _ = try SafetensorsFile(contentsOf: path) } catch { return "\(error)" }
            return ""
        }
        #expect(sentence(folder.file("b")) == "\(folder.file("b")): there is no such file")
        #expect(sentence(folder.path) == "\(folder.path): is a folder; give a file in it")
        #expect(sentence("/dev/zero") == "/dev/zero: is not a regular file; copy it to one")
    }

    @Test func `bytes of any type are read in parts and in order`() throws {
        let count = 2_500_000  // two parts of 1 MiB and a rest
        let header =
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"#
            + #""b":{"dtype":"U8","shape":[\#(count)],"data_offsets":[3,\#(count + 3)]},"#
            + #""c":{"dtype":"U8","shape":[0],"data_offsets":[\#(count + 3),\#(count + 3)]}}"#
        let numbers = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 + $0 >> 8) }
        let file = try SafetensorsFile(contentsOf: try folder.write(fileBytes(header: header) + [1, 2, 3] + numbers))
        var parts: [[UInt8]] = []
        try file.readBytes(named: "b") { parts.append(Array($0)) }
        #expect(parts.map(\.count) == [1 << 20, 1 << 20, count - (2 << 20)])
        #expect(parts.joined().elementsEqual(numbers))
        try file.readBytes(named: "c") { _ in Issue.record("there is nothing to give") }
        #expect(throws: FileError(file.path, "has no tensor \"d\"")) {
            try file.readBytes(named: "d") { _ in }
        }
    }
}
