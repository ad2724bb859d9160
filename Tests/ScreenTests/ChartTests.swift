// Charts: ranges, drawing, and the mouse.

import Screen
import Testing

@Suite struct ChartTests {
    static let falling = Curve(
        "train", samples: (0...40).map { .init(Double($0), 40 / Double($0 + 10)) }, role: .series(0))
    static let rising = Curve(
        "test", samples: (0...40).map { .init(Double($0), Double($0) / 10) }, role: .series(1), dashed: true)

    @Test func `curves are drawn between their axes`() {
        #expect(
            drawn(Chart([Self.falling, Self.rising], xTitle: "epoch"), columns: 40, rows: 12) == [
                "── train 0.800  ╌╌ test 4.000",
                "4┤⢄ ·   ·   ·   ·   ·   ·   ·   ·   · ⣀⠤",
                " │⠈⠢⡀                            ⡀⡀⠔⠊⠈",
                " │  ⠈⠢⡀                     ⢀⡠⠄⠂⠉",
                " │    ⠈⠢⢄⡀             ⢀⡠⠠⠒⠉",
                "2┤  ·   ·⠈⠑⠢⠤⣀  ·  ⡀⠤⠔⠈⠁·   ·   ·   ·",
                " │            ⣉⠍⠒⠚⠥⠤⢄⣀⣀⡀",
                " │       ⣀⠠⠔⠒⠈         ⠈⠉⠉⠉⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⣀⣀⣀",
                " │  ⡀⡠⠔⠈⠉",
                "0┤⠒⠁·   ·   ·   ·   ·   ·   ·   ·   ·",
                " ╰┬──────────────────┬─────────────────┬",
                "  0                 20             epoch",
            ])
    }

    @Test func `ASCII distinguishes curves by their marks`() {
        #expect(
            drawn(Chart([Self.falling, Self.rising], xTitle: "epoch"), columns: 40, rows: 12, glyphs: .ascii) == [
                "** train 0.800  o  test 4.000",
                "4+* .   .   .   .   .   .   .   .   .  o",
                " | *                              ooooo",
                " |  ***                      ooooo",
                " |     **              oooooo",
                "2+  .   .****** .  oooo .   .   .   .",
                " |           oooooo******",
                " |      ooooo            ***************",
                " | ooooo",
                "0+o .   .   .   .   .   .   .   .   .",
                " ++------------------+-----------------+",
                "  0                 20             epoch",
            ])
    }

    @Test func `a logarithmic axis shows equal ratios as equal distances`() {
        let powers = Curve(
            "p", samples: (0...8).map { .init(Double($0), [1, 10, 100, 1000, 1e4][$0 / 2]) }, role: .normal)
        let chart = Chart([powers], logarithmic: true, legend: false)
        #expect(
            drawn(chart, columns: 30, rows: 11) == [
                "10000┤  ·   ·   ·   ·   ·   ·⡠",
                "     │                     ⢀⠔⠁",
                "     │                 ⡠⠤⠤⠤⠊",
                "     │               ⢀⠔⠁",
                "  100┤  ·   ·   ·⢠⠤⠤⠤⠊  ·   ·",
                "     │          ⡔⠁",
                "     │     ⢠⠒⠒⠒⠊",
                "     │    ⡔⠁",
                "    1┤⠒⠒⠒⠊  ·   ·   ·   ·   ·",
                "     ╰┬─────────────┬─────────",
                "      0             5",
            ])
    }

    @Test func `thinning does not change the image`() {
        var random = SystemRandomNumberGenerator()
        let many = (0..<5000).map { Curve.Sample(Double($0), Double.random(in: 0...1, using: &random)) }
        let area = Rect(x: 0, y: 0, width: 60, height: 20)
        let chart = Chart([Curve("c", samples: many, role: .normal)], window: 0...4999, yRange: 0...1, legend: false)
        // The dots that the chart sets, and those of lines between all samples.
        let plot = chart.plot(in: area)
        let lines = drawn(chart, columns: 60, rows: 20)
        var canvas = DotCanvas(columns: plot.width, rows: plot.height, isASCII: false)
        let places = many.map { sample in
            (
                x: (sample.x / 4999 * Double(canvas.width - 1)).rounded(),
                y: (1 - sample.y) * Double(canvas.height - 1)
            )
        }
        for (start, end) in zip(places, places.dropFirst()) { canvas.line(from: start, to: end, .init(owner: 0)) }
        for row in 0..<plot.height {
            let expected = (0..<plot.width).map { canvas.character(column: $0, row: row) ?? " " }
            let drawn = lines[plot.y + row].dropFirst(plot.x).map { $0 == "·" ? " " : $0 }
            #expect(String(drawn) == String(expected).trimmingSpacesAtEnd)
        }
    }

    @Test func `ranges contain what the curves need`() throws {
        let chart = Chart([Self.falling, Self.rising])
        #expect(chart.xRange == 0...40)
        let span = try #require(chart.ySpan(over: 0...40))
        #expect(span == 0...4)
        // A single value, and none.
        #expect(Chart([Curve("c", samples: [.init(3, 3)], role: .normal)]).xRange?.contains(3) == true)
        #expect(Chart([Curve("c", samples: [], role: .normal)]).xRange == nil)
        #expect(Chart([Curve("c", samples: [.init(3, .nan)], role: .normal)]).ySpan(over: 0...4) == nil)
    }

    @Test func `a window shows only its samples' values`() throws {
        var chart = Chart([Self.falling])
        chart.window = 30...40
        let span = try #require(chart.ySpan(over: 30...40))
        #expect(span.upperBound < 1.2)
    }

    @Test func `the legend shows values at the cursor or at the ends`() {
        var chart = Chart([Self.falling, Self.rising])
        #expect(drawn(chart, columns: 40, rows: 10).first == "── train 0.800  ╌╌ test 4.000")
        chart.cursor = 10
        #expect(drawn(chart, columns: 40, rows: 10).first == "── train 2.000  ╌╌ test 1.000")
        chart.cursor = 10.1
        #expect(drawn(chart, columns: 40, rows: 10).first == "── train ≈2.000  ╌╌ test ≈1.000")
        chart.cursor = 10.4
        #expect(drawn(chart, columns: 40, rows: 10).first == "── train –  ╌╌ test –")
        chart.cursor = 40
        chart.curves[0].samples.removeLast()
        #expect(drawn(chart, columns: 40, rows: 10).first == "── train –  ╌╌ test 4.000", "it has ended before")
        let many = Chart((0..<30).map { Curve("run \($0)", samples: [.init(0, 1), .init(1, 1)], role: .series($0)) })
        #expect(drawn(many, columns: 40, rows: 12)[2].hasSuffix("+24 more"))
    }

    @Test func `the legend shows the measured value before the drawn one`() {
        var curve = Self.falling
        curve.measured = curve.samples.map { 2 * $0.y }
        #expect(drawn(Chart([curve]), columns: 40, rows: 10).first == "── train 1.600 (0.800)")
        #expect(drawn(Chart([curve], cursor: 10), columns: 40, rows: 10).first == "── train 4.000 (2.000)")
    }

    @Test(arguments: [(30, 60), (30, 20), (200, 60)])
    func `every sample of a dashed curve has its dot`(count: Int, columns: Int) throws {
        var random = SystemRandomNumberGenerator()
        let samples = (0..<count).map { Curve.Sample(Double($0), Double.random(in: 0...1, using: &random)) }
        let chart = Chart(
            [Curve("test", samples: samples, role: .accent, dashed: true)], window: 0...Double(count - 1),
            yRange: 0...1, legend: false)
        let area = Rect(x: 0, y: 0, width: columns, height: 15)
        let plot = chart.plot(in: area)
        var buffer = CellBuffer(size: area.size)
        buffer.draw(chart, in: area)
        // Dots of Braille patterns, by row and column.
        let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        for sample in samples {
            let x = Int((sample.x / Double(count - 1) * Double(2 * plot.width - 1)).rounded())
            let y = Int(((1 - sample.y) * Double(4 * plot.height - 1)).rounded())
            let cell = Character(buffer.lines[plot.y + y / 4].map(String.init)[plot.x + x / 2])
            let dots = try #require(cell.unicodeScalars.first).value &- 0x2800
            #expect(dots < 256 && dots & bits[y % 4][x % 2] != 0, "\(sample)")
        }
    }

    @Test func `a short run beside a long one with small values stays visible`() throws {
        let long = Curve(
            "long", samples: (0...10_000).map { .init(Double($0), 3 / Double(1 + $0 * $0)) }, role: .series(0))
        let short = Curve("short", samples: (0..<12).map { .init(Double($0), 2.3 - Double($0) / 6) }, role: .series(1))
        let flat = Curve("flat", samples: [.init(0, 2.303), .init(1, 2.303)], role: .series(2))
        for company in [short, flat] {
            let chart = Chart([long, company], cutsPeaks: true)
            let top = try #require(chart.ySpan(over: 0...10_000)).upperBound
            let seen = company.samples.filter { $0.y <= top }
            #expect(seen.count * 4 >= company.samples.count, "\(company.name): \(top)")
        }
    }

    @Test func `an unnamed curve follows the one of its colour in the legend`() {
        var (one, two) = (Self.falling, Self.falling)
        (one.name, two.name, two.role) = ("one", "two", .series(1))
        var (first, second) = (Self.rising, Self.rising)
        (first.name, second.name, first.role) = ("", "", .series(0))
        second.samples.removeLast()
        let chart = Chart([one, two, first, second])
        #expect(drawn(chart, columns: 50, rows: 10).first == "── one 0.800 ╌╌ 4.000  ── two 0.800 ╌╌ 3.900")
    }

    @Test func `an axis has several marks if there is room for them`() {
        let samples = (0...40).map { Curve.Sample(Double($0), 0.1 + Double($0) / 50) }
        let lines = drawn(Chart([Curve("acc", samples: samples, role: .normal)], legend: false), columns: 40, rows: 12)
        #expect(lines.filter { $0.contains("┤") }.map { $0.prefix(3) } == ["1.0", "0.8", "0.6", "0.4", "0.2"])
    }

    @Test(arguments: [GlyphSet.unicode, .ascii], [false, true])
    func `a value is drawn in the row of its mark`(glyphs: GlyphSet, isLogarithmic: Bool) throws {
        for rows in 7...40 {
            var chart = Chart([Self.falling], logarithmic: isLogarithmic, legend: false)
            let marked = drawn(chart, columns: 60, rows: rows, glyphs: glyphs)
            let marks = marked.enumerated().compactMap { row, line in
                line.firstIndex { "┤+".contains($0) }.flatMap { end in
                    Double(line[..<end].filter { $0 != " " }).map { (row: row, value: $0) }
                }
            }
            #expect(marks.count >= 2, "\(rows)")
            // Beside the curve that determines the axis, one that stays at a mark.
            for mark in marks where (0.8...4).contains(mark.value) {
                let flat = Curve("flat", samples: (0...40).map { .init(Double($0), mark.value) }, role: .series(1))
                chart.curves = [Self.falling, flat]
                let line = drawn(chart, columns: 60, rows: rows, glyphs: glyphs)[mark.row]
                #expect(line.dropFirst(6).filter { !" ·.".contains($0) }.count > 40, "\(rows), \(mark): \(line)")
            }
        }
    }

    @Test func `numbers of a short axis take precedence over its title`() {
        let samples = [Curve.Sample(0.01, 1), Curve.Sample(0.11, 2)]
        let chart = Chart([Curve("loss", samples: samples, role: .normal)], xTitle: "epoch", legend: false)
        #expect(drawn(chart, columns: 24, rows: 8).last?.contains("0.1") == true)
        #expect(drawn(chart, columns: 60, rows: 8).last?.hasSuffix("epoch") == true)
    }

    @Test func `a few values far above all others may be clipped`() throws {
        let usual = Curve("usual", samples: (0..<100).map { .init(Double($0), 2 + Double($0 % 2)) }, role: .series(0))
        let wild = Curve("wild", samples: [.init(0, 2), .init(1, 40), .init(2, 45_000)], role: .series(1))
        var chart = Chart([usual, wild], cutsPeaks: true)
        #expect(chart.isCut)
        #expect(try #require(chart.ySpan(over: 0...99)).upperBound < 5)
        // Without other curves it is not clipped.
        chart.curves = [wild]
        #expect(!chart.isCut)
        chart.curves = [usual]
        #expect(!chart.isCut)
        chart = Chart([usual, wild])
        #expect(try #require(chart.ySpan(over: 0...99)).upperBound >= 45_000)
    }

    @Test func `the mouse is mapped to x`() throws {
        let chart = Chart([Self.falling])
        let area = Rect(x: 2, y: 1, width: 50, height: 12)
        let plot = chart.plot(in: area)
        #expect(chart.x(at: plot.origin, in: area) == 0)
        #expect(chart.x(at: Point(x: plot.right - 1, y: plot.y), in: area) == 40)
        #expect(chart.x(at: Point(x: plot.x - 1, y: plot.y), in: area) == nil)
        #expect(chart.x(at: Point(x: plot.x, y: plot.bottom), in: area) == nil)
    }

    @Test(arguments: [ColorDepth.full, .monochrome], [GlyphSet.unicode, .ascii])
    func `no area is too small`(colors: ColorDepth, glyphs: GlyphSet) {
        sweep(Chart([Self.falling, Self.rising], xTitle: "épochs", cursor: 20), glyphs: glyphs, colors: colors)
        sweep(Chart([]), glyphs: glyphs, colors: colors)
    }

    @Test func `huge values do no harm`() {
        let least = Double.leastNonzeroMagnitude
        let odd: [Double] = [.nan, .infinity, -.infinity, 1e308, -1e308, 0, least, 1]
        let samples = [-1e308, -1, 0, least, 1, 2, 1e308].flatMap { x in odd.map { Curve.Sample(x, $0) } }
        for window in [nil, 0...1, -1e308...1e308, 0...least, 3...3] as [ClosedRange<Double>?] {
            for yRange in [nil, 0...1, -1e308...1e308, 0...0] as [ClosedRange<Double>?] {
                for isLogarithmic in [false, true] {
                    let chart = Chart(
                        [Curve("odd", samples: samples, role: .normal)], window: window, yRange: yRange,
                        logarithmic: isLogarithmic, cursor: 1e308)
                    _ = drawn(chart, columns: 50, rows: 12)
                }
            }
        }
    }
}

extension String {
    fileprivate var trimmingSpacesAtEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
