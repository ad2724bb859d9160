// An emulator of xterm as described in terminfo, to read back what a program draws. Written from ECMA-48 and xterm's
// control sequences, independent of the drawing code. It records unknown sequences, so that a test can require that
// nothing else was sent.

internal import CNcurses  // for the C library's wcwidth, which Glibc's module leaves out

/// The screen of a terminal after the bytes it has received.
package struct VirtualScreen {
    package private(set) var columns: Int
    package private(set) var rows: Int
    /// Enabled modes by their private numbers: 25 cursor, 1049 alternate screen, 1000 and up mouse, 2004 bracketed
    /// paste.
    package private(set) var modes: Set<Int> = [7, 25]
    /// Whether any colour was set.
    package private(set) var hasColor = false
    /// Unknown sequences.
    package private(set) var oddities: [String] = []
    /// Position of the text cursor.
    package private(set) var cursor = (x: 0, y: 0)

    private var cells: [[String]]
    private var saved = (x: 0, y: 0)
    private var region: ClosedRange<Int>
    private var isBeyondEdge = false  // a character was written into the last column
    private var lastText = " "
    private var pending: [UInt8] = []

    package init(columns: Int, rows: Int) {
        (self.columns, self.rows) = (max(columns, 1), max(rows, 1))
        cells = Array(repeating: Array(repeating: " ", count: self.columns), count: self.rows)
        region = 0...self.rows - 1
    }

    /// The rows as text, without trailing spaces.
    package var lines: [String] {
        cells.map { row in
            var line = row.joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// Returns whether any row contains the text.
    package func shows(_ text: String) -> Bool { lines.contains { $0.contains(text) } }

    /// Resizes the screen by cutting or extending it, as terminals do.
    package mutating func resize(columns: Int, rows: Int) {
        var resized = VirtualScreen(columns: columns, rows: rows)
        for y in 0..<min(rows, self.rows) {
            for x in 0..<min(columns, self.columns) { resized.cells[y][x] = cells[y][x] }
        }
        (self.columns, self.rows, cells, region) = (resized.columns, resized.rows, resized.cells, resized.region)
        cursor = (min(cursor.x, columns - 1), min(cursor.y, rows - 1))
        isBeyondEdge = false
    }

    /// Processes bytes, which may start or end in the middle of a sequence.
    package mutating func take(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { take(byte) }
    }

    private mutating func take(_ byte: UInt8) {
        guard let first = pending.first else {
            switch byte {
            case 0x1B, 0xC2...0xF4: pending = [byte]
            case 0x20..<0x7F: put(String(UnicodeScalar(byte)))
            default: control(byte)
            }
            return
        }
        pending.append(byte)
        if first == 0x1B { return takeEscape() }
        guard (0x80..<0xC0).contains(byte) else {
            // Half a character, because the writer was interrupted.
            pending = []
            return take(byte)
        }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard pending.count == length else { return }
        let text = String(decoding: pending, as: UTF8.self)
        pending = []
        put(text)
    }

    private mutating func control(_ byte: UInt8) {
        switch byte {
        case 0x07: break
        case 0x08: move(to: cursor.x - 1, cursor.y)
        case 0x09: move(to: min((cursor.x / 8 + 1) * 8, columns - 1), cursor.y)
        case 0x0A: feed()
        case 0x0D: move(to: 0, cursor.y)
        default: oddities.append("byte \(byte)")
        }
    }

    // MARK: Text

    private mutating func put(_ text: String) {
        guard let scalar = text.unicodeScalars.first else { return }
        let width = Int(wcwidth(wchar_t(bitPattern: scalar.value)))
        if width == 0 {
            let x = isBeyondEdge ? cursor.x : max(cursor.x - 1, 0)
            cells[cursor.y][x].isEmpty ? (cells[cursor.y][max(x - 1, 0)] += text) : (cells[cursor.y][x] += text)
            return
        }
        guard width > 0 else { return oddities.append("character \(scalar.value)") }
        if isBeyondEdge || cursor.x + width > columns {
            move(to: 0, cursor.y)
            feed()
        }
        set(text, width: width)
        lastText = text
        if cursor.x + width >= columns {
            cursor.x = columns - 1
            isBeyondEdge = true
        } else {
            cursor.x += width
        }
    }

    /// Half of a wide character never remains.
    private mutating func set(_ text: String, width: Int) {
        for x in cursor.x..<min(cursor.x + width, columns) { blank(x, cursor.y) }
        cells[cursor.y][cursor.x] = text
        if width == 2, cursor.x + 1 < columns { cells[cursor.y][cursor.x + 1] = "" }
    }

    private mutating func blank(_ x: Int, _ y: Int) {
        if cells[y][x].isEmpty, x > 0 { cells[y][x - 1] = " " }
        if x + 1 < columns, cells[y][x + 1].isEmpty { cells[y][x + 1] = " " }
        cells[y][x] = " "
    }

    private mutating func feed() {
        isBeyondEdge = false
        if cursor.y == region.upperBound {
            scroll(from: region.lowerBound, by: 1)
        } else {
            cursor.y = min(cursor.y + 1, rows - 1)
        }
    }

    private mutating func move(to x: Int, _ y: Int) {
        cursor = (min(max(x, 0), columns - 1), min(max(y, 0), rows - 1))
        isBeyondEdge = false
    }

    /// Moves the rows between here and the region's end up, or down if the number is negative.
    private mutating func scroll(from top: Int, by count: Int) {
        guard top <= region.upperBound else { return }
        let blank = Array(repeating: " ", count: columns)
        for _ in 0..<min(abs(count), region.upperBound - top + 1) {
            if count > 0 {
                cells.remove(at: top)
                cells.insert(blank, at: region.upperBound)
            } else {
                cells.remove(at: region.upperBound)
                cells.insert(blank, at: top)
            }
        }
    }

    // MARK: Sequences

    private mutating func takeEscape() {
        guard pending.count > 1, let byte = pending.last else { return }
        if byte == 0x1B, pending[1] != UInt8(ascii: "]") {
            // Aborts the previous sequence.
            pending = [byte]
            return
        }
        switch (pending[1], pending.count) {
        case (UInt8(ascii: "["), 2): return
        case (UInt8(ascii: "["), _):
            guard (0x40..<0x7F).contains(byte) else { return }
            let parameters = pending[2..<pending.count - 1]
            pending = []
            return take(final: byte, parameters: String(decoding: parameters, as: UTF8.self))
        case (UInt8(ascii: "]"), _):
            // Resets the terminal's colours; ends with BEL.
            guard byte == 0x07 else { return }
            if pending != Array("\u{1B}]104\u{7}".utf8) { oddities.append("\(pending)") }
        case (UInt8(ascii: "("), 2): return
        case (UInt8(ascii: "("), _):
            if byte != UInt8(ascii: "B") { oddities.append("character set \(byte)") }
        case (UInt8(ascii: "7"), _): saved = cursor
        case (UInt8(ascii: "8"), _): move(to: saved.x, saved.y)
        case (UInt8(ascii: "="), _), (UInt8(ascii: ">"), _): break
        case (UInt8(ascii: "M"), _):
            if cursor.y == region.lowerBound {
                scroll(from: cursor.y, by: -1)
            } else {
                move(to: cursor.x, cursor.y - 1)
            }
        default: oddities.append("ESC \(byte)")
        }
        pending = []
    }

    private mutating func take(final: UInt8, parameters: String) {
        if parameters.hasPrefix("?"), final == UInt8(ascii: "h") || final == UInt8(ascii: "l") {
            for mode in parameters.dropFirst().split(separator: ";").compactMap({ Int($0) }) {
                if final == UInt8(ascii: "h") { modes.insert(mode) } else { modes.remove(mode) }
                if mode == 1049 { erase(0..<rows * columns) }
            }
            return
        }
        let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let count = max(numbers.first ?? 0, 1)
        let here = cursor.y * columns + cursor.x
        let end = (cursor.y + 1) * columns
        switch Character(UnicodeScalar(final)) {
        case "A": move(to: cursor.x, cursor.y - count)
        case "B": move(to: cursor.x, cursor.y + count)
        case "C": move(to: cursor.x + count, cursor.y)
        case "D": move(to: cursor.x - count, cursor.y)
        case "G": move(to: count - 1, cursor.y)
        case "d": move(to: cursor.x, count - 1)
        case "H": move(to: max(numbers.count > 1 ? numbers[1] : 1, 1) - 1, count - 1)
        case "J": erase(numbers.first == 2 ? 0..<rows * columns : here..<rows * columns)
        case "K": erase(numbers.first == 1 ? cursor.y * columns..<here + 1 : here..<end)
        case "X": erase(here..<min(here + count, end))
        case "P": shift(removing: count)
        case "@": shift(inserting: count)
        case "L": scroll(from: cursor.y, by: -count)
        case "M": scroll(from: cursor.y, by: count)
        case "S": scroll(from: region.lowerBound, by: count)
        case "T": scroll(from: region.lowerBound, by: -count)
        case "b": for _ in 0..<count { put(lastText) }
        case "r":
            let bottom = numbers.count > 1 && numbers[1] > 0 ? min(numbers[1], rows) : rows
            region = min(count, bottom) - 1...bottom - 1
            move(to: 0, 0)
        case "m":
            if numbers.contains(where: { (30...38).contains($0) || (40...48).contains($0) || $0 >= 90 }) {
                hasColor = true
            }
        case "h", "l", "t": break  // insert mode, which the tested programs do not use, and the window's title
        default: oddities.append("CSI \(parameters) \(final)")
        }
    }

    private mutating func erase(_ range: Range<Int>) {
        for index in range { blank(index % columns, index / columns) }
        isBeyondEdge = false
    }

    private mutating func shift(removing count: Int) {
        let count = min(count, columns - cursor.x)
        blank(cursor.x, cursor.y)
        cells[cursor.y].removeSubrange(cursor.x..<cursor.x + count)
        cells[cursor.y] += Array(repeating: " ", count: count)
        if cells[cursor.y][cursor.x].isEmpty { cells[cursor.y][cursor.x] = " " }
    }

    private mutating func shift(inserting count: Int) {
        let count = min(count, columns - cursor.x)
        if cells[cursor.y][cursor.x].isEmpty { blank(cursor.x, cursor.y) }
        cells[cursor.y].insert(contentsOf: Array(repeating: " ", count: count), at: cursor.x)
        cells[cursor.y].removeLast(count)
    }
}
