// Marks of a vertical axis at the centers of the rows in which their numbers are written, so that they are aligned with
// the curves.

extension Ticks {
    /// Returns the tightest axis that contains a range and has its marks at the centers of rows, at least two if there
    /// are three rows; `nil` if there is none.
    ///
    /// - Parameters:
    ///   - range: the required range; logarithms if the axis is logarithmic.
    ///   - rows: number of rows.
    ///   - logarithmic: whether marks are powers of two or ten.
    /// - Returns: the marks, and the range of all rows together, in the unit of `range`.
    package static func inRows(
        _ range: ClosedRange<Double>, rows: Int, logarithmic: Bool
    ) -> (ticks: Ticks, span: ClosedRange<Double>)? {
        let (low, high, width) = (range.lowerBound, range.upperBound, range.upperBound - range.lowerBound)
        guard rows > 0, width.isFinite, width > 1e-300 else { return nil }
        let slack = width * 1e-9
        let count = Double(rows)
        var best: (cost: Double, top: Double, first: Double, step: Double, every: Int, row: Int)?
        for step in steps(within: width, rows: rows, logarithmic: logarithmic) {
            // An axis of twice the range leaves half of the plot empty.
            let most = min(count * step / width + 1e-9, count)
            guard most.isFinite, most >= 1 else { continue }
            for every in max(Int(most / 2), min(rows, 2))...max(Int(most), min(rows, 2)) where Double(every) <= most {
                let height = step / Double(every)
                // Intervals of a linear axis may be arbitrarily small.
                if logarithmic, count * height > 2.5 * width { continue }
                for row in 0..<min(every, rows) {
                    let above = (Double(row) + 0.5) * height
                    let least = ((high - above) / step - 1e-9).rounded(.up)
                    for first in [least, least + 1] {
                        let top = first * step + above
                        let bottom = top - count * height
                        // Impossible values, such as a loss below 0, are shown for half a row at most.
                        let isPossible = logarithmic || low < 0 || bottom >= -0.5 * height - slack
                        guard top >= high - slack, bottom <= low + slack, isPossible else { continue }
                        let marks = (rows - row + every - 1) / every
                        guard marks >= (rows < 3 ? 1 : 2) else { continue }
                        // Few marks, dense marks, and roots of two are worse than some unused room.
                        let isRoot = logarithmic && step < two
                        let cost =
                            count * height * (marks < 3 && rows > 5 ? 1.3 : 1) * (every < 3 ? 1.12 : 1)
                            * (isRoot ? 1.3 : 1)
                        if cost < (best?.cost ?? .infinity) - slack { best = (cost, top, first, step, every, row) }
                    }
                }
            }
        }
        guard let best, best.first.magnitude < 0x1p52 else { return nil }
        let numbers = stride(from: best.row, to: rows, by: best.every).enumerated().map {
            best.first - Double($0.offset)
        }
        let places = numbers.reversed().map { $0 == 0 ? 0 : $0 * best.step }
        let span = best.top - count * best.step / Double(best.every)...best.top
        guard logarithmic else { return (Ticks(places, step: best.step, unit: .number), span) }
        // Beyond these powers of ten there are no numbers.
        let ticks = Ticks(powers: places.filter((-307.0...308).contains))
        return Set(ticks.ticks.map(\.text)).count == places.count ? (ticks, span) : nil
    }

    /// The position of 2 on a logarithmic axis.
    private static let two = Double(2).logarithm

    /// Returns possible intervals: 1, 2 or 5 times a power of ten; on a logarithmic axis a factor of two or ten,
    /// several decades, or, for narrow ranges, the square or fourth root of two.
    private static func steps(within width: Double, rows: Int, logarithmic: Bool) -> [Double] {
        if logarithmic { return [two / 4, two / 2, two, 1, 2, 3, 5, 10, 20, 30, 50, 100, 200] }
        let lowest = Int((width / Double(rows)).logarithm.rounded(.down))
        let highest = Int(width.logarithm.rounded(.up))
        guard lowest <= highest else { return [] }
        return (lowest...highest).flatMap { exponent in [1, 2, 5].map { $0 * Double.power(of: exponent) } }
            .filter { $0 > 0 && $0.isFinite }
    }
}
