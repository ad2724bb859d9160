// Converts keys, mouse events and size changes to commands. Layout knows what is where.

internal import Screen

extension State {
    /// Handles input from the terminal.
    mutating func take(_ input: Input) -> [Effect] {
        defer { if dialog == .form { scrollForm() } }
        switch input {
        case .key(let key): return take(key)
        case .mouse(let mouse): if !isTooSmall { return take(mouse) }
        case .paste(let text): if !isTooSmall { return take(text: text) }
        case .resized(let size):
            self.size = size
            scrollList()
            scrollMatrix()
        case .resumed: return [.redraw]
        case .message(let line): log.append(line, at: time)
        case .woken: break
        case .signal(let number):
            if dialog == .ending { return number == Self.interrupt ? [.abandon] : [] }
            return perform(number == Self.interrupt ? .quit : .stopAndQuit)
        case .hangUp: return perform(.stopAndQuit)
        }
        return []
    }

    /// Scrolls to the selected row.
    private mutating func scrollForm() {
        let top = FormView(self).firstRow
        form?.top = top
    }

    /// SIGINT, which Ctrl-C sends if the terminal does not deliver it as a key.
    private static let interrupt: Int32 = 2

    private mutating func take(_ key: Key) -> [Effect] {
        if key == .control("c") {
            switch dialog {
            case .ending: return [.abandon]
            case .quit: return perform(.stopAndQuit)
            default: return perform(.quit)
            }
        }
        if let command = Keys.command(key, in: context) { return perform(command) }
        if isTooSmall { return [] }
        if dialog.takesLine {
            editLine(key)
            return []
        }
        switch (dialog, key) {
        case (.form, .left), (.form, .right): form?.moveCursor(by: key == .left ? -1 : 1)
        case (.form, .home): form?.moveCursor(by: -1000)
        case (.form, .end): form?.moveCursor(by: 1000)
        case (.form, .backspace): form?.deleteBackwards()
        case (.form, .delete): form?.deleteForwards()
        case (.form, .control("u")): form?.clear()
        case (.form, .control("w")): form?.deleteWord()
        case (_, .character(let character)): return take(text: String(character))
        default: break
        }
        return []
    }

    private mutating func take(text: String) -> [Effect] {
        switch dialog {
        case .form: form?.insert(text)
        case .filter, .search, .tags, .note: insertIntoLine(text)
        case .none, .help, .quit, .delete, .launch, .sort, .discard, .ending: break
        }
        return []
    }

    // MARK: The mouse

    private mutating func take(_ mouse: Mouse) -> [Effect] {
        let layout = Layout(self)
        if mouse.action == .release { isDraggingCursor = false }
        if mouse.action == .press, let key = KeyBarView(self).key(at: mouse.position, in: layout.keyBar) {
            return take(key)
        }
        if case .help = dialog, let rows = mouse.wheelRows {
            scrollHelp(by: rows)
            return []
        }
        if case .sort(let place) = dialog {
            if let rows = mouse.wheelRows { return perform(rows < 0 ? .up : .down) }
            guard mouse.action == .press,
                let choice = SortView(self, selected: place).choice(at: mouse.position, in: layout.body)
            else { return [] }
            dialog = .sort(choice)
            return perform(.confirm)
        }
        if dialog == .form, let rows = mouse.wheelRows {
            form?.movePage(by: rows.signum())
            return []
        }
        if dialog == .form, mouse.action == .press, let row = FormView(self).row(at: mouse.position) {
            // A click on the selected field advances to its next choice.
            if row != form?.selected {
                form?.select(row)
            } else if form?.field(row).choices.isEmpty == false {
                form?.moveCursor(by: 1)
            }
            return []
        }
        guard dialog == .none else { return [] }
        if mouse.action == .press, let tab = HeaderView(self).tab(at: mouse.position, in: layout.header) {
            show(tab)
            return []
        }
        if layout.list.contains(mouse.position), tab == .overview { return takeInList(mouse, layout.list) }
        for (metric, area) in [(Metric.loss, layout.loss), (preferences.secondChart, layout.second)]
        where area.contains(mouse.position) {
            takeInChart(mouse, metric, area)
            return []
        }
        if tab == .run, layout.list.contains(mouse.position), let rows = mouse.wheelRows { scrollFacts(by: rows) }
        if tab == .compare, let rows = mouse.wheelRows { scrollComparison(by: rows) }
        if tab == .log, let rows = mouse.wheelRows { scrollLog(by: rows) }
        if tab == .images { return takeInImages(mouse, layout) }
        return []
    }

    private mutating func takeInList(_ mouse: Mouse, _ area: Rect) -> [Effect] {
        if let rows = mouse.wheelRows {
            list.move(by: rows)
            scrollList()
            return []
        }
        let view = RunListView(self)
        if mouse.action == .press, let column = view.column(at: mouse.position, in: area) {
            sort(by: column)
            return []
        }
        guard let row = view.row(at: mouse.position, in: area) else { return [] }
        switch mouse.action {
        case .press:
            panel = .list
            list.select(row)
            if mouse.hasControl { list.toggleMark() }
        case .pressRight: list.toggleMark(list.rows[row].id)
        case .doubleClick:
            list.select(row)
            return open()
        default: break
        }
        return []
    }

    private mutating func takeInChart(_ mouse: Mouse, _ metric: Metric, _ area: Rect) {
        let x = ChartView(self, metric).x(at: mouse.position, in: area)
        switch mouse.action {
        case .press:
            if tab == .overview { panel = metric == .loss ? .loss : .second }
            isDraggingCursor = x != nil
            if let x { curves.setCursor(x, on: chartCurves) }
        case .drag:
            if isDraggingCursor, let x { curves.setCursor(x, on: chartCurves) }
        case .scrollUp: curves.zoom(by: 0.8, around: x, in: chartExtent)
        case .scrollDown: curves.zoom(by: 1.25, around: x, in: chartExtent)
        case .pressRight: curves.resetView()
        case .release, .doubleClick: break
        }
    }

    private mutating func takeInImages(_ mouse: Mouse, _ layout: Layout) -> [Effect] {
        if let rows = mouse.wheelRows {
            if layout.matrix.contains(mouse.position) {
                images.moveCell(rows: rows.signum(), columns: 0)
                scrollMatrix()
            } else {
                scrollImages(by: rows.signum())
            }
            return []
        }
        for (panel, area) in [
            (Images.Panel.matrix, layout.matrix), (.images, layout.images), (.filters, layout.filters),
        ] where area.contains(mouse.position) && mouse.action != .release {
            images.panel = panel
        }
        guard let cell = MatrixView(self).cell(at: mouse.position, in: layout.matrix) else { return [] }
        images.placeCell(truth: cell.truth, prediction: cell.prediction)
        scrollMatrix()
        return mouse.action == .doubleClick ? open() : []
    }
}

extension Mouse {
    /// Rows that the wheel scrolls down; `nil` for other input.
    fileprivate var wheelRows: Int? {
        switch action {
        case .scrollUp: -3
        case .scrollDown: 3
        default: nil
        }
    }
}
