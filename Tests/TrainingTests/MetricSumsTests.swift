// Means over batches of different sizes.

import Model
import Testing
import Training

@Suite struct MetricSumsTests {
    @Test func `batches are weighted by their number of images`() {
        var sums = MetricSums()
        sums.add(BatchResult(lossSum: 8, correct: 3, examples: 4))
        #expect(sums.meanLoss == 2)
        #expect(sums.accuracy == 0.75)
        sums.add(BatchResult(lossSum: 1, correct: 0, examples: 1))
        #expect(sums.examples == 5)
        #expect(sums.correct == 3)
        #expect(sums.meanLoss == 1.8)
        #expect(sums.accuracy == 0.6)
    }

    @Test func `a NaN loss makes the sum NaN`() {
        var sums = MetricSums()
        sums.add(BatchResult(lossSum: .nan, correct: 0, examples: 1))
        sums.add(BatchResult(lossSum: 1, correct: 1, examples: 1))
        #expect(sums.meanLoss.isNaN)
        #expect(sums.accuracy == 0.5)
    }
}
