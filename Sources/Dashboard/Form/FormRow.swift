// The rows of the form for new variants: settings, and the lines of the network.

extension VariantForm {
    struct Field: Hashable {
        /// Section and key joined by a dot; the network's is that of its variant. Empty for a fork's checkpoint.
        var path: String
        var label: String
        var line: TextLine
        /// The last valid text.
        var valid: String
        /// Choices for the left and right keys; empty if there are none.
        var choices: [String] = []
        /// Whether other text may be typed instead of the choices.
        var isOpen = false

        var text: String { line.text }

        /// Whether left and right change the choice instead of moving the text cursor.
        var isChoice: Bool { !choices.isEmpty && (!isOpen || text.isEmpty || choices.contains(text)) }
        /// Whether text can be typed.
        var takesText: Bool { choices.isEmpty || isOpen }

        init(path: String, label: String, text: String, choices: [String] = [], isOpen: Bool = false) {
            (self.path, self.label, line, valid) = (path, label, TextLine(text), text)
            (self.choices, self.isOpen) = (choices, isOpen)
        }

        /// A line of the network.
        init(label: String, line: TextLine) {
            (path, self.label, self.line, valid) = ("", label, line, "")
        }
    }

    /// A row by its index in `fields` or `lines`.
    enum Row: Hashable {
        case setting(Int)
        case line(Int)
    }

    /// Why a row is invalid.
    struct Flaw: Error, Hashable {
        var problem: String
        /// The invalid row, if it is a single one.
        var row: Row?
    }
}
