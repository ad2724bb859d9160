// How a user likes the dashboard, kept between starts. Reading and writing the file is the caller's work.

package import Screen

/// How a user likes the dashboard.
package struct Preferences: Sendable, Hashable {
    /// What curves are drawn over.
    package enum Axis: String, Sendable, Hashable, CaseIterable {
        /// Epochs passed.
        case epoch
        case step
        /// Seconds of training.
        case time
        /// Training images seen.
        case images
    }

    /// The strengths of smoothing to choose from: the share of the smoothed value before in the next one.
    package static let smoothings = [0, 0.6, 0.9, 0.97]

    /// What curves are drawn over.
    package var axis = Axis.epoch
    /// One of `smoothings`.
    package var smoothing = 0.9
    /// Whether the loss is drawn on a logarithmic scale.
    package var isLossLogarithmic = false
    /// What the second chart shows; the first one shows the loss.
    package var secondChart = Metric.accuracy
    /// The column that the list is sorted by; empty for its own order.
    package var sortColumn = ""
    /// Whether the largest values come first.
    package var isDescending = false
    /// The colours.
    package var palette = Palette.colorBlindSafe
    /// The part of the overview that the keys go to. Which view is shown is not kept: all others are about runs that were
    /// selected, and selections end with the program.
    var panel = Panel.list
    /// Whether that part has the whole screen.
    var isMaximized = false

    /// The parts of the overview that the keys can go to.
    enum Panel: String, Sendable, Hashable, CaseIterable {
        case list, loss, second
    }

    /// What is right for most.
    package init() {}

    /// Reads what `text` has written; what cannot be read stays as it is for most.
    package init(text: String) {
        self.init()
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmed }
            guard parts.count == 2 else { continue }
            let value = parts[1]
            switch parts[0] {
            case "axis": axis = Axis(rawValue: value) ?? axis
            case "smoothing":
                if let number = Double(value), Self.smoothings.contains(number) { smoothing = number }
            case "log-loss": isLossLogarithmic = value == "true"
            case "second-chart":
                if let metric = Metric(rawValue: value), Metric.forSecondChart.contains(metric) { secondChart = metric }
            case "sort": sortColumn = value
            case "descending": isDescending = value == "true"
            case "palette": palette = Palette(rawValue: value) ?? palette
            case "panel": panel = Panel(rawValue: value) ?? panel
            case "maximized": isMaximized = value == "true"
            default: break
            }
        }
    }

    /// A line a preference, `key: value`.
    package var text: String {
        """
        axis: \(axis.rawValue)
        smoothing: \(smoothing)
        log-loss: \(isLossLogarithmic)
        second-chart: \(secondChart.rawValue)
        sort: \(sortColumn)
        descending: \(isDescending)
        palette: \(palette.rawValue)
        panel: \(panel.rawValue)
        maximized: \(isMaximized)

        """
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
