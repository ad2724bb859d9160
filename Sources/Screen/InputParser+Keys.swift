// The key sequences of xterm and compatible terminals.

extension InputParser {
    /// Returns the key of a complete control sequence.
    static func key(of sequence: [UInt8]) -> Key? {
        guard sequence.count >= 3, let final = sequence.last else { return nil }
        let isSS3 = sequence[1] == UInt8(ascii: "O")
        if sequence.count == 4, sequence[2] == UInt8(ascii: "[") {
            return (0x41...0x45).contains(final) ? .function(Int(final) - 0x40) : nil
        }
        let middle = sequence[2..<sequence.count - 1]
        guard middle.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ";") }) else { return nil }
        let numbers = numbers(middle)
        let hasShift = numbers.count > 1 && (numbers[1] - 1) & 1 != 0
        if final == UInt8(ascii: "~") { return tilde(numbers.first ?? 0) }
        return letter(Character(Unicode.Scalar(final)), isSS3: isSS3, hasShift: hasShift)
    }

    private static func letter(_ letter: Character, isSS3: Bool, hasShift: Bool) -> Key? {
        switch letter {
        case "A": hasShift ? .shiftUp : .up
        case "B": hasShift ? .shiftDown : .down
        case "C": hasShift ? .shiftRight : .right
        case "D": hasShift ? .shiftLeft : .left
        case "a": .shiftUp  // rxvt
        case "b": .shiftDown
        case "c": .shiftRight
        case "d": .shiftLeft
        case "H": .home
        case "F": .end
        case "Z": .backTab
        case "P": .function(1)
        case "Q": .function(2)
        case "R": .function(3)
        case "S": .function(4)
        case "M" where isSS3: .enter  // on the keypad
        default: nil
        }
    }

    private static func tilde(_ number: Int) -> Key? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        case 11...15: .function(number - 10)
        case 17...21: .function(number - 11)
        case 23, 24: .function(number - 12)
        default: nil
        }
    }

    /// Parses numbers separated by semicolons; missing or implausibly large ones are 0.
    static func numbers(_ bytes: ArraySlice<UInt8>) -> [Int] {
        bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { digits in
            digits.count <= 5 ? Int(String(decoding: digits, as: UTF8.self)) ?? 0 : 0
        }
    }
}
