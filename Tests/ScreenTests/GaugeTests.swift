// Bars and columns.

import Screen
import Testing

@Suite struct GaugeTests {
    @Test(
        arguments: [
            (0, "░░░░░░░░"), (1, "████████"), (0.5, "████░░░░"), (0.55, "████▍░░░"), (1.0 / 64, "▏░░░░░░░"),
            (7, "████████"),
            (-1, "░░░░░░░░"), (.nan, "░░░░░░░░"), (.infinity, "████████"),
        ] as [(Double, String)])
    func `a gauge fills in eighths`(share: Double, text: String) {
        #expect(drawn(Gauge(share), columns: 8, rows: 1) == [text])
    }

    @Test func `a gauge without its track is a bar`() {
        #expect(drawn(Gauge(0.55, track: false), columns: 8, rows: 1) == ["████▍"])
    }

    @Test func `a gauge in ASCII has thirds`() {
        #expect(drawn(Gauge(0.55), columns: 8, rows: 1, glyphs: .ascii) == ["####-..."])
    }

    @Test func `a sparkline shows the newest values at the right`() {
        #expect(drawn(Sparkline([1, 2, 4, 8]), columns: 6, rows: 1) == ["  ▁▂▄█"])
        #expect(drawn(Sparkline([9, 1, 2, 4, 8]), columns: 4, rows: 1) == ["▁▂▄█"])
        #expect(drawn(Sparkline([0, 4, .nan, 8, -1, .infinity], top: 8), columns: 6, rows: 2) == ["   █", "▁█ █"])
        #expect(drawn(Sparkline([0, 0]), columns: 3, rows: 1) == [""])
    }

    @Test func `no area is too small`() {
        sweep(Gauge(0.3))
        sweep(Gauge(0.3), glyphs: .ascii)
        sweep(Sparkline((0..<300).map(Double.init)))
        sweep(Sparkline([]), glyphs: .ascii)
    }
}
