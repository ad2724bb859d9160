/// Mean and standard deviation of the pixels of each channel, on a scale from 0 to 1: a network's input is
/// (pixel − mean) / deviation.
package struct Normalization: Sendable, Hashable, Codable {
    package let means: [Double]
    package let deviations: [Double]

    package init(means: [Double], deviations: [Double]) {
        self.means = means
        self.deviations = deviations
    }
}
