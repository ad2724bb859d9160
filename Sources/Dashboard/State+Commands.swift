// How each command changes the state, and which effects it has.

internal import ExperimentFiles
internal import Experiments
internal import Screen

extension State {
    /// Carries out a command in the current context.
    mutating func perform(_ command: Command) -> [Effect] {
        switch command {
        case .quit: return quit()
        case .help: dialog = .help(ScrollState())
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .back: goBack()
        case .show(let tab): show(tab)
        case .nextPanel: movePanel(by: 1)
        case .previousPanel: movePanel(by: -1)
        case .maximize: preferences.isMaximized.toggle()
        case .palette:
            let all = Palette.allCases
            preferences.palette = all[((all.firstIndex(of: preferences.palette) ?? 0) + 1) % all.count]
            say("colours: \(preferences.palette.rawValue)")
        case .up, .down, .pageUp, .pageDown, .first, .last, .left, .right: move(command)
        case .open: return open()
        case .mark:
            list.toggleMark()
            move(.down)
        case .markAll: list.markAll()
        case .filter: openFilter()
        case .search: openSearch()
        case .tags, .note: openLine(forTags: command == .tags)
        case .sort:
            let current = ListColumn.named(preferences.sortColumn)
            dialog = .sort(SortView.choices.firstIndex(of: current) ?? 0)
        case .sortReverse:
            preferences.isDescending.toggle()
            refreshList()
        case .newVariant, .fork: return openForm(isFork: command == .fork)
        case .stop, .pause, .resume, .restart, .earlier, .later, .delete, .confirm: return control(command)
        case .axis, .secondChart, .logarithmic, .smoothing, .zoomIn, .zoomOut, .panLeft, .panRight, .wholeCurve:
            changeCurves(command)
        case .launchForm: return finishForm(launching: true, saving: false)
        case .saveForm: return finishForm(launching: false, saving: true)
        case .saveAndLaunchForm: return finishForm(launching: true, saving: true)
        case .findRate: return findRate()
        case .allImages, .wrongImages, .reloadImages: return loadImages(command)
        case .addLine, .copyLine, .removeLine, .lineUp, .lineDown: changeLine(command)
        case .nextMatch: log.findMatch(backwards: false)
        case .previousMatch: log.findMatch(backwards: true)
        case .stopAndQuit: return stopAndQuit()
        }
        return []
    }

    private mutating func quit() -> [Effect] {
        if dialog == .quit || dialog == .ending { return [] }
        guard !activeRuns.isEmpty else { return [.quit(stopRuns: false)] }
        (dialogBelow, dialog) = (dialog, .quit)
        return []
    }

    private mutating func stopAndQuit() -> [Effect] {
        if dialog == .ending { return [] }
        dialog = .ending
        return [.quit(stopRuns: true)]
    }

    /// Goes back one step: from a dialog, a text, the cursor, the marks, the view.
    private mutating func goBack() {
        switch dialog {
        case .none: break
        case .ending: return
        case .filter:
            dialog = .none
            list.setFilter("", catalog, preferences)
            return scrollList()
        case .search:
            dialog = .none
            return log.setSearch("")
        case .form:
            if form?.isEdited == true {
                dialog = .discard
            } else {
                (form, dialog) = (nil, .none)
            }
            return
        case .discard:
            dialog = .form
            return
        case .quit:
            (dialog, dialogBelow) = (dialogBelow, .none)
            return
        case .help:
            dialog = form == nil ? .none : .form
            return
        case .delete, .launch, .sort, .tags, .note:
            dialog = .none
            return
        }
        if tab == .overview, preferences.isMaximized {
            preferences.isMaximized = false
        } else if tab == .images, images.panel != .matrix {
            images.panel = .matrix
        } else if tab == .log, !log.search.isEmpty {
            log.setSearch("")
        } else if tab != .overview {
            show(.overview)
        } else if curves.cursor != nil || curves.window != nil {
            curves.resetView()
        } else if !list.filterText.isEmpty {
            list.setFilter("", catalog, preferences)
            scrollList()
        } else {
            list.unmarkAll()
        }
    }

    mutating func show(_ tab: Tab) {
        if self.tab != tab {
            curves.resetView()
            (comparison, facts) = (ScrollState(), ScrollState())
        }
        self.tab = tab
        scrollList()
    }

    private mutating func movePanel(by step: Int) {
        if dialog == .form {
            form?.moveField(by: step)
        } else if tab == .images {
            let count = Images.Panel.allCases.count
            images.panel = Images.Panel(rawValue: (images.panel.rawValue + step + count) % count) ?? .matrix
        } else {
            let all = Preferences.Panel.allCases
            panel = all[((all.firstIndex(of: panel) ?? 0) + step + all.count) % all.count]
            scrollList()
        }
    }

    /// Changes the form's selected block or layer.
    private mutating func changeLine(_ command: Command) {
        switch command {
        case .addLine: form?.addLine()
        case .copyLine: form?.copyLine()
        case .removeLine:
            if let part = form?.lines?.part, form?.lines?.lines.count == 1 {
                say(
                    "a network has at least one \(part.rawValue); add another one before you remove this one",
                    isError: true)
            }
            form?.removeLine()
        case .lineUp, .lineDown: form?.moveLine(down: command == .lineDown)
        default: break
        }
    }

    mutating func scrollHelp(by rows: Int) {
        guard case .help(var scroll) = dialog else { return }
        scroll.move(by: rows, last: HelpView(context: helpContext, top: scroll.top).lastTop(in: Layout(self).body))
        dialog = .help(scroll)
    }

    mutating func scrollComparison(by rows: Int) {
        comparison.move(by: rows, last: CompareView(self).lastTop(in: Layout(self).details))
    }

    mutating func scrollFacts(by rows: Int) {
        facts.move(by: rows, last: FactsView(self).lastTop(in: Layout(self).list))
    }

    mutating func scrollLog(by rows: Int) { log.scroll(by: rows, page: max(size.rows - 4, 1)) }

    mutating func scrollImages(by rows: Int) {
        images.scroll.move(by: rows, last: ImagesView(self).lastTop(in: Layout(self).images))
    }

    /// Scrolls to the selected cell of the confusion matrix.
    mutating func scrollMatrix() {
        if let first = MatrixView(self).firstCell(in: Layout(self).matrix) { images.firstCell = first }
    }

    private mutating func move(_ command: Command) {
        if dialog == .form {
            let rows = rows(of: command, page: 10)
            if rows.magnitude > 1 { form?.movePage(by: rows) } else { form?.move(by: rows) }
            return
        }
        if case .sort(let place) = dialog {
            let moved = place + rows(of: command, page: 5)
            dialog = .sort(min(max(moved, 0), SortView.choices.count - 1))
            return
        }
        if case .help = dialog { return scrollHelp(by: rows(of: command, page: max(size.rows - 6, 1))) }
        switch (tab, command) {
        case (.overview, .left), (.run, .left), (.compare, .left):
            curves.moveCursor(by: -1.0 / 64, on: chartCurves)
        case (.overview, .right), (.run, .right), (.compare, .right):
            curves.moveCursor(by: 1.0 / 64, on: chartCurves)
        case (.log, _): scrollLog(by: rows(of: command, page: max(size.rows - 5, 1)))
        case (.images, _) where images.panel == .matrix:
            switch command {
            case .left: images.moveCell(rows: 0, columns: -1)
            case .right: images.moveCell(rows: 0, columns: 1)
            default: images.moveCell(rows: rows(of: command, page: 5), columns: 0)
            }
            scrollMatrix()
        case (.compare, _): scrollComparison(by: rows(of: command, page: 5))
        case (.images, _): scrollImages(by: rows(of: command, page: 2))
        case (.run, .pageUp), (.run, .pageDown):
            scrollFacts(by: rows(of: command, page: max(Layout(self).visibleRows - 1, 1)))
        default:
            facts = ScrollState()
            list.move(by: rows(of: command, page: max(Layout(self).visibleRows - 1, 1)))
            scrollList()
        }
    }

    /// Returns how many rows a command moves down.
    private func rows(of command: Command, page: Int) -> Int {
        switch command {
        case .up: -1
        case .down: 1
        case .pageUp: -page
        case .pageDown: page
        case .first: -1_000_000
        case .last: 1_000_000
        default: 0
        }
    }

    /// The curves of both charts.
    var chartCurves: [Curve] {
        if tab == .compare { return Comparison.accuracies(of: shownRuns, in: catalog) }
        return [.loss, preferences.secondChart].flatMap {
            Curves.curves($0, of: shownRuns, in: catalog, preferences)
        }
    }

    /// The range of the shown curves along x.
    var chartExtent: ClosedRange<Double> { Curves.extent(of: chartCurves) }

    private mutating func changeCurves(_ command: Command) {
        switch command {
        case .zoomIn: curves.zoom(by: 0.5, in: chartExtent)
        case .zoomOut: curves.zoom(by: 2, in: chartExtent)
        case .panLeft: curves.pan(by: -0.25, in: chartExtent)
        case .panRight: curves.pan(by: 0.25, in: chartExtent)
        case .wholeCurve: curves.resetView()
        case .axis:
            let all = Preferences.Axis.allCases
            preferences.axis = all[((all.firstIndex(of: preferences.axis) ?? 0) + 1) % all.count]
            curves.resetView()
        case .secondChart:
            let all = Metric.forSecondChart
            preferences.secondChart = all[((all.firstIndex(of: preferences.secondChart) ?? 0) + 1) % all.count]
        case .logarithmic:
            preferences.isLossLogarithmic.toggle()
        case .smoothing:
            let all = Preferences.smoothings
            preferences.smoothing = all[((all.firstIndex(of: preferences.smoothing) ?? 0) + 1) % all.count]
        default: break
        }
    }

    /// Sorts by a column; reverses the order if it is sorted by it already.
    mutating func sort(by column: ListColumn?) {
        if let column, column.key == preferences.sortColumn {
            preferences.isDescending.toggle()
        } else {
            preferences.sortColumn = column?.key ?? ""
            preferences.isDescending = column?.isDescending ?? false
        }
        refreshList()
    }

    private mutating func loadImages(_ command: Command) -> [Effect] {
        guard let run = selectedRun else { return [] }
        let filter: ImageFilter =
            switch command {
            case .allImages: .all
            case .wrongImages: .wrong
            default: images.filter
            }
        if command != .reloadImages { images.panel = .images }
        return [images.load(run.name, filter)]
    }
}
