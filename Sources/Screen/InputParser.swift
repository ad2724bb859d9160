// Parses bytes from a terminal into keys and mouse events. Knows xterm's sequences, which nearly all terminals use, and
// additional ones of a specific terminal. It does no I/O: the terminal's owner passes the bytes.

/// Parses a terminal's input. Robust against any sequence of bytes.
package struct InputParser: Sendable {
    private let sequences: [[UInt8]: Key]
    private var bytes: [UInt8] = []
    private var pasted: [UInt8]?
    private var lastPress: (position: Point, seconds: Double)?

    /// - Parameter sequences: the terminal's key sequences that differ from xterm's.
    package init(sequences: [[UInt8]: Key] = [:]) { self.sequences = sequences }

    /// How long to wait for more bytes before calling `expire`; `nil` if nothing is incomplete.
    package var patience: Duration? {
        if pasted != nil { return .milliseconds(500) }
        return bytes.isEmpty ? nil : .milliseconds(25)
    }

    /// Returns the input that these bytes complete.
    ///
    /// - Parameter seconds: time of arrival; two presses within a short time are a double click.
    package mutating func take(_ new: some Sequence<UInt8>, at seconds: Double) -> [Input] {
        var found: [Input] = []
        for byte in new {
            if pasted != nil {
                takePasted(byte, into: &found)
            } else {
                take(byte, at: seconds, into: &found)
            }
        }
        return found
    }

    /// Returns the input that is complete because nothing followed in time, such as Esc.
    package mutating func expire() -> [Input] {
        if let text = pasted {
            pasted = nil
            return [Self.paste(text)]
        }
        defer { bytes = [] }
        if let key = sequences[bytes] { return [.key(key)] }
        switch bytes.count {
        case 1 where bytes[0] == 0x1B: return [.key(.escape)]
        case 2 where bytes[0] == 0x1B && (0x20..<0x7F).contains(bytes[1]):
            return [.key(.alt(Character(Unicode.Scalar(bytes[1]))))]
        default: return []
        }
    }

    // MARK: Byte by byte

    private static let longestSequence = 64

    private mutating func take(_ byte: UInt8, at seconds: Double, into found: inout [Input]) {
        guard !bytes.isEmpty else { return begin(byte, into: &found) }
        if bytes[0] != 0x1B { return takeUTF8(byte, at: seconds, into: &found) }
        if bytes.count == 1 { return takeAfterEscape(byte, at: seconds, into: &found) }
        if bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") {
            takeControlSequence(byte, at: seconds, into: &found)
        } else if bytes[1] == UInt8(ascii: "]") || bytes[1] == UInt8(ascii: "P") {
            // A response to an unknown request; it ends with BEL or ESC \.
            let isOver = byte == 0x07 || (bytes.last == 0x1B && byte == UInt8(ascii: "\\"))
            bytes.append(byte)
            if isOver || bytes.count > Self.longestSequence { bytes = [] }
        } else {
            // Alt and a non-ASCII character.
            bytes.removeFirst()
            takeUTF8(byte, at: seconds, alt: true, into: &found)
            if !bytes.isEmpty { bytes.insert(0x1B, at: 0) }
        }
    }

    private mutating func begin(_ byte: UInt8, into found: inout [Input]) {
        switch byte {
        case 0x1B, 0xC2...0xF4: bytes = [byte]
        case 0x0D, 0x0A: found.append(.key(.enter))
        case 0x09: found.append(.key(.tab))
        case 0x08, 0x7F: found.append(.key(.backspace))
        case 0x00: found.append(.key(.control(" ")))
        case 0x01...0x1A: found.append(.key(.control(Character(Unicode.Scalar(byte + 0x60)))))
        case 0x1C...0x1F: found.append(.key(.control(Character(Unicode.Scalar(byte + 0x40)))))
        case 0x20..<0x7F: found.append(.key(.character(Character(Unicode.Scalar(byte)))))
        default: break  // not the start of a UTF-8 character
        }
    }

    private mutating func takeUTF8(_ byte: UInt8, at seconds: Double, alt: Bool = false, into found: inout [Input]) {
        guard (0x80..<0xC0).contains(byte) else {
            bytes = []
            return take(byte, at: seconds, into: &found)
        }
        bytes.append(byte)
        let length = bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4
        guard bytes.count == length else { return }
        if let text = String(validating: bytes, as: UTF8.self), let character = text.first {
            found.append(.key(alt ? .alt(character) : .character(character)))
        }
        bytes = []
    }

    private mutating func takeAfterEscape(_ byte: UInt8, at seconds: Double, into found: inout [Input]) {
        switch byte {
        case 0x1B: found.append(.key(.escape))
        case UInt8(ascii: "["), UInt8(ascii: "O"), UInt8(ascii: "]"), UInt8(ascii: "P"), 0xC2...0xF4: bytes.append(byte)
        case 0x20..<0x7F:
            bytes = []
            found.append(.key(.alt(Character(Unicode.Scalar(byte)))))
        default:
            bytes = []
            take(byte, at: seconds, into: &found)
        }
    }

    private mutating func takeControlSequence(_ byte: UInt8, at seconds: Double, into found: inout [Input]) {
        guard (0x20..<0x7F).contains(byte) else {
            // An aborted sequence is dropped, and parsing continues with the new byte.
            bytes = []
            return take(byte, at: seconds, into: &found)
        }
        bytes.append(byte)
        // The Linux console's F1…F5 are ESC [ [ A…E.
        let isEnd = (0x40..<0x7F).contains(byte) && !(bytes.count == 3 && byte == UInt8(ascii: "["))
        guard isEnd else {
            if bytes.count > Self.longestSequence { bytes = [] }
            return
        }
        let sequence = bytes
        bytes = []
        if sequence == Self.pasteStart {
            pasted = []
        } else if let key = sequences[sequence] ?? Self.key(of: sequence) {
            found.append(.key(key))
        } else if let mouse = mouse(of: sequence, at: seconds) {
            found.append(.mouse(mouse))
        }
    }

    // MARK: Pasting

    private static let pasteStart = Array("\u{1B}[200~".utf8)
    private static let pasteEnd = Array("\u{1B}[201~".utf8)
    private static let longestPaste = 65_536

    private mutating func takePasted(_ byte: UInt8, into found: inout [Input]) {
        guard var text = pasted else { return }
        pasted = nil  // keeps the bytes uniquely referenced, so that appending does not copy them
        text.append(byte)
        if text.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
            found.append(Self.paste(text.dropLast(Self.pasteEnd.count)))
        } else if text.count >= Self.longestPaste {
            found.append(Self.paste(text))
        } else {
            pasted = text
        }
    }

    private static func paste(_ bytes: some Collection<UInt8>) -> Input {
        let text = String(decoding: bytes, as: UTF8.self)
        return .paste(text.replacing("\r\n", with: "\n").replacing("\r", with: "\n"))
    }

    // MARK: Mouse

    /// Maximum time between the presses of a double click.
    private static let doubleClickSeconds = 0.4

    /// Parses ESC [ < button ; column ; row M, or m if the button is released.
    private mutating func mouse(of sequence: [UInt8], at seconds: Double) -> Mouse? {
        guard sequence.count > 4, sequence[2] == UInt8(ascii: "<"), let end = sequence.last else { return nil }
        let numbers = Self.numbers(sequence[3..<sequence.count - 1])
        guard numbers.count == 3, end == UInt8(ascii: "M") || end == UInt8(ascii: "m") else { return nil }
        let position = Point(x: max(numbers[1] - 1, 0), y: max(numbers[2] - 1, 0))
        guard let action = action(numbers[0], isDown: end == UInt8(ascii: "M"), position, seconds) else { return nil }
        return Mouse(action, at: position, shift: numbers[0] & 4 != 0, control: numbers[0] & 16 != 0)
    }

    private mutating func action(_ button: Int, isDown: Bool, _ position: Point, _ seconds: Double) -> Mouse.Action? {
        switch (button & ~(4 | 8 | 16), isDown) {
        case (0, true):
            if let last = lastPress, last.position == position,
                (0...Self.doubleClickSeconds).contains(seconds - last.seconds)
            {
                lastPress = nil
                return .doubleClick
            }
            lastPress = (position, seconds)
            return .press
        case (2, true): return .pressRight
        case (0...2, false): return .release
        case (32, true): return .drag
        case (64, true): return .scrollUp
        case (65, true): return .scrollDown
        default: return nil
        }
    }
}
