// A whole curve in one line of text, scaled from its lowest value to its highest. The screen's sparkline, in contrast,
// shows the newest values, scaled from 0.

package enum CurveText {
    /// Draws a curve with eight heights from the lowest to the highest value and at most `width` characters, each of
    /// which is the mean of a part. Values that are not finite are left out.
    package static func text(of values: [Double], width: Int) -> String {
        let count = min(width, values.count)
        guard count > 0 else { return "" }
        let means = (0..<count).map { part -> Double in
            let range = values[values.count * part / count..<values.count * (part + 1) / count].filter(\.isFinite)
            return range.isEmpty ? .nan : range.reduce(0, +) / Double(range.count)
        }
        let finite = means.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return "" }
        return String(
            means.map { mean -> Character in
                guard mean.isFinite else { return " " }
                let height = high > low ? Int((mean - low) / (high - low) * 7.999) : 3
                return Array("▁▂▃▄▅▆▇█")[height]
            })
    }
}
