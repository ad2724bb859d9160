// Lines at the foot of the screen that a user types into: filter, search, tags and note.

internal import Experiments
internal import Screen

extension State {
    mutating func openFilter() {
        line = TextLine(list.filterText)
        dialog = .filter
        list.forgetFilterProblem()
    }

    mutating func openSearch() {
        line = TextLine(log.search)
        dialog = .search
    }

    /// Opens the line to edit the tags that all selected runs have, or their note.
    mutating func openLine(forTags: Bool) {
        let runs = selectedRuns.filter { $0.state != .queued }
        guard let first = runs.first else {
            return say(
                "no run is selected; \(forTags ? "tags" : "notes") belong to runs that have begun", isError: true)
        }
        let names = runs.map(\.name)
        if forTags {
            let common = first.tags.filter { tag in runs.allSatisfy { $0.tags.contains(tag) } }
            line = TextLine(common.map { $0 + " " }.joined())
            dialog = .tags(names, before: common)
        } else {
            line = TextLine(runs.allSatisfy { $0.note == first.note } ? first.note : "")
            dialog = .note(names)
        }
    }

    /// Handles a key that edits the line; returns `false` for others.
    mutating func editLine(_ key: Key) {
        switch key {
        case .left: line.move(by: -1)
        case .right: line.move(by: 1)
        case .home, .control("a"): line.move(by: -line.cursor)
        case .end, .control("e"): line.move(by: TextLine.maxCharacters)
        case .backspace: line.deleteBackwards()
        case .delete: line.deleteForwards()
        case .control("u"): line.clear()
        case .control("w"): line.deleteWord()
        case .character(let character): line.insert(String(character))
        case .up where dialog == .filter, .down where dialog == .filter: list.move(by: key == .up ? -1 : 1)
        default: return
        }
        applyLine()
    }

    mutating func insertIntoLine(_ text: String) {
        line.insert(text)
        applyLine()
    }

    /// Filters and searches while the user types.
    private mutating func applyLine() {
        switch dialog {
        case .filter where line.text != list.filterText || list.filterProblem != nil:
            list.setFilter(line.text, catalog, preferences)
            scrollList()
        case .filter: scrollList()
        case .search where line.text != log.search: log.setSearch(line.text)
        default: break
        }
    }

    /// Why the text cannot be applied; `nil` if it can.
    var lineProblem: String? {
        switch dialog {
        case .filter: list.filterProblem
        case .tags: line.tags.first { $0.utf8.count > 100 }.map { _ in "a tag has at most 100 bytes" }
        default: nil
        }
    }

    /// Applies the text; if it has a problem, the line stays open.
    mutating func confirmLine() -> [Effect] {
        guard lineProblem == nil else { return [] }
        defer { dialog = .none }
        switch dialog {
        case .tags(let names, let before):
            let now = line.tags
            let (new, old) = (now.filter { !before.contains($0) }, before.filter { !now.contains($0) })
            return new.isEmpty && old.isEmpty ? [] : [.changeTags(names, add: new, remove: old)]
        case .note(let names): return [.setNote(names, line.text)]
        default: return []
        }
    }
}

extension TextLine {
    /// The words of the text, each once.
    fileprivate var tags: [String] {
        text.split(whereSeparator: \.isWhitespace).reduce(into: []) { tags, word in
            if !tags.contains(String(word)) { tags.append(String(word)) }
        }
    }
}
