// A curve's samples, and the ones needed to draw it at a limited width.

/// Samples of one quantity as a function of another.
package struct Curve: Hashable, Sendable {
    package struct Sample: Hashable, Sendable {
        /// Finite.
        package var x: Double
        /// NaN if the curve has a gap.
        package var y: Double

        package init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// Its name in the legend.
    package var name: String
    /// In ascending order of `x`.
    package var samples: [Sample]
    /// The measured value of each sample if the samples are smoothed; empty if they are not.
    package var measured: [Double]
    /// Its colour.
    package var role: Role
    /// Whether it is dashed, to distinguish it from another one of its colour.
    package var isDashed: Bool

    package init(
        _ name: String, samples: [Sample], measured: [Double] = [], role: Role, dashed: Bool = false
    ) {
        self.name = name
        self.samples = samples
        self.measured = measured
        self.role = role
        isDashed = dashed
    }

    /// Returns the index of the sample nearest to `x`; `nil` if there is none.
    package func index(nearest x: Double) -> Int? {
        let index = firstIndex(from: x)
        guard index < samples.count else { return samples.indices.last }
        guard index > 0, x - samples[index - 1].x <= samples[index].x - x else { return index }
        return index - 1
    }

    /// Returns the number of samples left of `x`.
    package func firstIndex(from x: Double) -> Int {
        var low = 0
        var high = samples.count
        while low < high {
            let middle = (low + high) / 2
            if samples[middle].x < x { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Returns the samples within a range of x, and one on each side so that lines reach the ends of the range.
    package func samples(in range: ClosedRange<Double>) -> ArraySlice<Sample> {
        let first = max(firstIndex(from: range.lowerBound) - 1, 0)
        var end = firstIndex(from: range.upperBound)
        while end < samples.count, samples[end].x <= range.upperBound { end += 1 }
        return samples[min(first, end)..<min(end + 1, samples.count)]
    }

    /// Returns at most four samples per column that draw the same image as all of them: the first, lowest, highest and
    /// last; one NaN stands for each gap.
    ///
    /// **Source**: Jugel et al., M4: A Visualization-Oriented Time Series Data Aggregation, VLDB 2014.
    package static func thinned(_ samples: ArraySlice<Sample>, column: (Double) -> Int) -> [Sample] {
        var thinned: [Sample] = []
        var group: (column: Int, first: Int, lowest: Int, highest: Int, last: Int)?
        func flush() {
            guard let full = group else { return }
            var previous = -1
            for index in [full.first, min(full.lowest, full.highest), max(full.lowest, full.highest), full.last]
            where index != previous {
                thinned.append(samples[index])
                previous = index
            }
            group = nil
        }
        for index in samples.indices {
            let sample = samples[index]
            guard sample.x.isFinite, sample.y.isFinite else {
                flush()
                if thinned.last?.y.isFinite == true { thinned.append(Sample(sample.x, .nan)) }
                continue
            }
            let column = column(sample.x)
            if var open = group, open.column == column {
                if sample.y < samples[open.lowest].y { open.lowest = index }
                if sample.y > samples[open.highest].y { open.highest = index }
                open.last = index
                group = open
            } else {
                flush()
                group = (column, index, index, index, index)
            }
        }
        flush()
        return thinned
    }
}
