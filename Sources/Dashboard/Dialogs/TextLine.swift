// A line of text being edited, with its cursor. PromptView draws it.

struct TextLine: Hashable {
    private(set) var text: String
    /// Number of characters before the text cursor.
    private(set) var cursor: Int

    /// Maximum number of characters.
    static let maxCharacters = 400

    init(_ text: String = "") {
        self.text = text
        cursor = text.count
    }

    mutating func insert(_ new: String) {
        var characters = Array(text)
        let new = Array(new.filter { !$0.isNewline }).prefix(max(Self.maxCharacters - characters.count, 0))
        characters.insert(contentsOf: new, at: cursor)
        text = String(characters)
        // Combining marks join the preceding character, so there may be fewer characters than were inserted.
        cursor = min(cursor + new.count, text.count)
    }

    mutating func move(by characters: Int) { cursor = min(max(cursor + characters, 0), text.count) }

    mutating func deleteBackwards() {
        guard cursor > 0 else { return }
        cursor -= 1
        deleteForwards()
    }

    mutating func deleteForwards() {
        var characters = Array(text)
        guard cursor < characters.count else { return }
        characters.remove(at: cursor)
        text = String(characters)
        cursor = min(cursor, text.count)
    }

    /// Deletes the word before the cursor and the spaces after it.
    mutating func deleteWord() {
        let head = text.prefix(cursor).reversed().drop { $0 == " " }.drop { $0 != " " }
        text = String(head.reversed()) + text.dropFirst(cursor)
        cursor = min(head.count, text.count)
    }

    mutating func clear() { self = TextLine() }
}
