// Draws a chart: axes, curves, cursor.

extension Chart {
    /// Draws as much of the chart as fits into the area.
    package func draw(in area: Rect, on buffer: inout CellBuffer) {
        buffer.fill(area)
        guard !area.isEmpty else { return }
        guard let xRange, let ySpan = ySpan(over: xRange) else {
            let text = buffer.glyphs.shortened(placeholder, to: area.width)
            return buffer.write(text, in: area, row: area.height / 2, style: .dim, align: .center)
        }
        let layout = layout(in: area, ySpan: ySpan)
        guard !layout.plot.isEmpty else { return }
        let scale = Scale(plot: layout.plot, xRange: xRange, ySpan: layout.ySpan)
        drawYAxis(layout, scale, on: &buffer)
        drawXAxis(layout, scale, on: &buffer)
        drawCursor(scale, on: &buffer)
        drawCurves(scale, on: &buffer)
        drawLegend(in: layout.legend, on: &buffer)
    }

    /// Maps values to positions in the plot.
    struct Scale {
        var plot: Rect
        var xRange: ClosedRange<Double>
        var ySpan: ClosedRange<Double>

        /// Maps an x value to 0 at the left edge and 1 at the right edge.
        func across(_ x: Double) -> Double {
            Self.bounded((x - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound))
        }

        /// Maps a position on the y axis to 0 at the top and 1 at the bottom.
        func down(_ place: Double) -> Double {
            Self.bounded((ySpan.upperBound - place) / (ySpan.upperBound - ySpan.lowerBound))
        }

        /// Limits values far outside, so that arithmetic stays finite.
        private static func bounded(_ part: Double) -> Double { min(max(part, -1e9), 1e9) }

        func column(_ x: Double) -> Int? { Self.cell(across(x), plot.width, dots: 2).map { plot.x + $0 } }

        func row(_ place: Double) -> Int? { Self.cell(down(place), plot.height, dots: 4).map { plot.y + $0 } }

        /// Returns the cell of a curve's dot at this position, so that marks and curves are aligned.
        private static func cell(_ part: Double, _ count: Int, dots: Int) -> Int? {
            guard part >= -1e-9, part <= 1 + 1e-9 else { return nil }
            return min(max(Int((part * Double(count * dots - 1)).rounded()) / dots, 0), count - 1)
        }
    }

    private func drawYAxis(_ layout: Layout, _ scale: Scale, on buffer: inout CellBuffer) {
        let axis = layout.yAxis
        guard !axis.isEmpty else { return }
        let line = Rect(x: axis.right - 1, y: axis.y, width: 1, height: axis.height)
        buffer.fill(line, with: buffer.glyphs.frame.vertical, style: Style(.border))
        for tick in layout.yTicks.ticks {
            guard let place = place(tick.value), let row = scale.row(place) else { continue }
            let label = Rect(x: axis.x, y: row, width: axis.width - 1, height: 1)
            buffer.write(tick.text, in: label, style: .dim, align: .right)
            buffer.set(buffer.glyphs.frame.teeLeft, Style(.border), x: line.x, y: row)
            for column in layout.plot.x..<layout.plot.right where (column - layout.plot.x) % 4 == 2 {
                buffer.set(buffer.glyphs.bullet == "-" ? "." : "·", Style(.track), x: column, y: row)
            }
        }
    }

    private func drawXAxis(_ layout: Layout, _ scale: Scale, on buffer: inout CellBuffer) {
        let axis = layout.xAxis
        guard axis.height == 2 else { return }
        let frame = buffer.glyphs.frame
        let line = Rect(x: layout.plot.x, y: axis.y, width: layout.plot.width, height: 1)
        buffer.fill(line, with: frame.horizontal, style: Style(.border))
        if !layout.yAxis.isEmpty { buffer.set(frame.bottomLeft, Style(.border), x: line.x - 1, y: line.y) }

        let ticks = Ticks(linear: scale.xRange, most: max(layout.plot.width / 12, 1), unit: xUnit).ticks
        for tick in ticks {
            if let column = scale.column(tick.value) {
                buffer.set(frame.teeDown, Style(.border), x: column, y: line.y)
            }
        }
        // Numbers take precedence over the axis title, which is also shown elsewhere.
        let title = xTitle.isEmpty ? 0 : buffer.glyphs.width(of: xTitle) + 1
        var labels = places(of: ticks, scale, from: axis.x, to: axis.right - title)
        let hasTitle = title > 0 && title * 2 < axis.width && (!labels.isEmpty || ticks.isEmpty)
        if hasTitle {
            buffer.write(xTitle, in: axis, row: 1, style: .dim, align: .right)
        } else {
            labels = places(of: ticks, scale, from: axis.x, to: axis.right)
        }
        for label in labels { buffer.write(label.text, at: Point(x: label.x, y: axis.y + 1), style: .dim) }
    }

    /// Returns the marks whose numbers fit, with their first columns.
    private func places(of ticks: [Ticks.Tick], _ scale: Scale, from first: Int, to end: Int) -> [(
        x: Int, text: String
    )] {
        var free = first
        return ticks.compactMap { tick in
            guard let column = scale.column(tick.value) else { return nil }
            let start = max(min(column - tick.text.count / 2, end - tick.text.count), first)
            guard start >= free, start <= column, column < end else { return nil }
            free = start + tick.text.count + 1
            return (start, tick.text)
        }
    }

    private func drawCursor(_ scale: Scale, on buffer: inout CellBuffer) {
        guard let cursor, let column = scale.column(cursor) else { return }
        let line = Rect(x: column, y: scale.plot.y, width: 1, height: scale.plot.height)
        buffer.fill(line, with: buffer.glyphs.frame.vertical, style: Style(.accent))
    }

    private func drawCurves(_ scale: Scale, on buffer: inout CellBuffer) {
        let plot = scale.plot
        var canvas = DotCanvas(columns: plot.width, rows: plot.height, isASCII: buffer.glyphs.isASCII)
        for (number, curve) in curves.enumerated().prefix(Int(UInt16.max)) {
            let pen = DotCanvas.Pen(owner: UInt16(number), isDashed: curve.isDashed)
            draw(curve, with: pen, scale, on: &canvas)
        }
        for row in 0..<plot.height {
            for column in 0..<plot.width {
                guard let braille = canvas.character(column: column, row: row) else { continue }
                let number = canvas.owner(column: column, row: row)
                // Without colours, marks along the line distinguish curves.
                let isMarked = buffer.colors == .monochrome && (column + 5 * number) % 16 == 3
                let isPoint = buffer.glyphs.isASCII || isMarked
                let glyph = isPoint ? buffer.glyphs.point(of: number) : braille
                buffer.set(glyph, Style(curves[number].role), x: plot.x + column, y: plot.y + row)
            }
        }
    }

    private func draw(_ curve: Curve, with pen: DotCanvas.Pen, _ scale: Scale, on canvas: inout DotCanvas) {
        let across = Double(canvas.width - 1)
        let down = Double(canvas.height - 1)
        let visible = curve.samples(in: scale.xRange)
        // Samples outside the window are moved to one column beside it.
        let samples = Curve.thinned(visible) { Int(min(max(scale.across($0) * across, -1), across + 1).rounded()) }
        var last: (x: Double, y: Double)?
        var isAlone = true
        func finish() {
            guard let place = last, isAlone, place.x >= 0, place.x <= across, place.y >= 0, place.y <= down else {
                return
            }
            // A single dot is hard to see.
            for x in [0, 1] {
                for y in [0, 1] where canvas.dotsAcross > 1 || x + y == 0 {
                    let dot = (Int(place.x.rounded()) + x, Int(place.y.rounded()) + y)
                    canvas.set(x: dot.0, y: dot.1, DotCanvas.Pen(owner: pen.owner))
                }
            }
        }
        for sample in samples {
            guard sample.x.isFinite, let height = place(sample.y) else {
                finish()
                last = nil
                continue
            }
            // Rounds to whole columns; otherwise thinned samples would draw a different line than all samples.
            let place = ((scale.across(sample.x) * across).rounded(), scale.down(height) * down)
            isAlone = last == nil
            if let last { canvas.line(from: last, to: place, pen) }
            last = place
        }
        finish()
        guard pen.isDashed else { return }
        // Dashes are gaps between samples: each sample has its dot.
        for sample in visible where sample.x.isFinite {
            guard let height = place(sample.y) else { continue }
            let (x, y) = ((scale.across(sample.x) * across).rounded(), (scale.down(height) * down).rounded())
            canvas.set(x: Int(x), y: Int(y), DotCanvas.Pen(owner: pen.owner))
        }
    }
}

extension GlyphSet {
    /// Returns the mark of a curve, by its index.
    func point(of number: Int) -> Character { points[number % points.count] }
}
