// Draws the whole state: header, panels, dialogs and key bar. Each panel has its own file; this one arranges them.

internal import RunLog
package import Screen

package struct Frame: Sendable, Hashable {
    package var cells: CellBuffer
    /// Position of the text cursor; `nil` for none.
    package var cursor: Point?
}

extension State {
    /// Draws the dashboard with the terminal's characters and colours.
    package func frame(glyphs: GlyphSet = .unicode, colors: ColorDepth = .full) -> Frame {
        var frame = Frame(cells: CellBuffer(size: size, glyphs: glyphs, colors: colors))
        let layout = Layout(self)
        guard !isTooSmall else {
            TooSmallView(self).draw(in: frame.cells.bounds, on: &frame.cells)
            return frame
        }
        frame.cells.draw(HeaderView(self), in: layout.header)
        drawTab(layout, on: &frame.cells)
        frame.cursor = drawDialog(layout, on: &frame.cells)
        drawNotice(layout, on: &frame.cells)
        return frame
    }

    private func drawTab(_ layout: Layout, on buffer: inout CellBuffer) {
        switch tab {
        case .overview:
            buffer.draw(RunListView(self), in: layout.list)
            buffer.draw(NetworkView(self), in: layout.details)
        case .run:
            buffer.draw(FactsView(self), in: layout.list)
            buffer.draw(NetworkView(self), in: layout.details)
        case .compare:
            buffer.draw(CompareView(self), in: layout.details)
            buffer.draw(AccuracyView(self), in: layout.second)
        case .images:
            buffer.draw(MatrixView(self), in: layout.matrix)
            buffer.draw(ImagesView(self), in: layout.images)
            buffer.draw(FiltersView(self), in: layout.filters)
        case .log: buffer.draw(LogView(self), in: layout.body)
        }
        guard tab == .overview || tab == .run else { return }
        buffer.draw(ChartView(self, .loss), in: layout.loss)
        buffer.draw(ChartView(self, preferences.secondChart), in: layout.second)
        buffer.draw(ProgressView(self), in: layout.progress)
    }

    /// Draws the notice over the bottom frame line, and above it if it is long, so that nothing else moves.
    private func drawNotice(_ layout: Layout, on buffer: inout CellBuffer) {
        guard let notice, !layout.body.isEmpty else { return }
        let style = Style(notice.isError ? .bad : .good, bold: true)
        var rest = layout.body.inset(columns: 2, rows: 0)
        let lines = notice.text.wrapped(to: rest.width - 2, buffer.glyphs)
        let width = lines.map(buffer.glyphs.width).max() ?? 0
        let area = rest.takeBottom(min(lines.count, max(rest.height / 3, 1)))
        for (row, line) in lines.enumerated() {
            buffer.write(" \(line.padded(width)) ", in: area, row: row, style: style)
        }
    }

    /// Draws dialogs and the bottom line; returns the position of the text cursor.
    private func drawDialog(_ layout: Layout, on buffer: inout CellBuffer) -> Point? {
        switch dialog {
        case .filter, .search, .tags, .note: return PromptView(self).draw(in: layout.keyBar, on: &buffer)
        case .none, .help, .quit, .delete, .launch, .discard, .sort, .form, .ending: break
        }
        buffer.draw(KeyBarView(self), in: layout.keyBar)
        switch dialog {
        case .help(let scroll): buffer.draw(HelpView(context: helpContext, top: scroll.top), in: layout.body)
        case .quit: buffer.draw(QuestionView.quit(activeRuns), in: layout.body)
        case .ending: buffer.draw(QuestionView.ending(activeRuns), in: layout.body)
        case .sort(let place): buffer.draw(SortView(self, selected: place), in: layout.body)
        case .delete(let names): buffer.draw(QuestionView.delete(names), in: layout.body)
        case .launch(let launch): buffer.draw(QuestionView.launch(launch, self), in: layout.body)
        case .discard: buffer.draw(QuestionView.discard, in: layout.body)
        case .form: return FormView(self).draw(in: layout.body, on: &buffer)
        case .none, .filter, .search, .tags, .note: break
        }
        return nil
    }
}

/// The screen of a terminal that is too small for the dashboard: the required size, or the question whether to quit. No
/// other key works there.
struct TooSmallView: Widget {
    private let lines: [String]

    init(_ state: State) {
        let (least, size, runs) = (Layout.smallest, state.size, state.activeRuns.count)
        let what = "\(runs) run\(runs == 1 ? "" : "s")"
        lines =
            switch state.dialog {
            case .quit: ["\(what) not ended", "s saves and quits", "Esc goes back"]
            case .ending: ["saving \(what)", "Ctrl-C quits now"]
            default:
                ["vgglab needs \(least.columns) × \(least.rows)", "this is \(size.columns) × \(size.rows)", "q quits"]
            }
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        let top = max((area.height - lines.count) / 2, 0)
        for (row, line) in lines.enumerated() {
            buffer.write(line, in: area, row: top + row, style: row == 0 ? .title : .dim, align: .center)
        }
    }
}
