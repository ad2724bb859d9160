// A line that a user types: the text, and where in it the next character goes. Drawing it is PromptView's work.

/// A line of text being edited.
struct TextLine: Hashable {
    private(set) var text: String
    /// Characters before the text cursor.
    private(set) var cursor: Int

    /// More characters than this are not taken.
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
        // Marks join the character before them, so that there may be fewer characters than were put in.
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

    /// Deletes the word before the cursor with the spaces after it.
    mutating func deleteWord() {
        let head = text.prefix(cursor).reversed().drop { $0 == " " }.drop { $0 != " " }
        text = String(head.reversed()) + text.dropFirst(cursor)
        cursor = min(head.count, text.count)
    }

    mutating func clear() { self = TextLine() }
}
