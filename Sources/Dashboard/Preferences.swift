// Preferences that persist between starts. The caller reads and writes the file.

package import Screen

package struct Preferences: Sendable, Hashable {
    /// The x axis of charts.
    package enum Axis: String, Sendable, Hashable, CaseIterable {
        /// Epochs trained.
        case epoch
        case step
        /// Seconds of training.
        case time
        /// Training images seen.
        case images
    }

    /// The available strengths of smoothing: the weight of the previous smoothed value in the next one.
    package static let smoothings = [0, 0.6, 0.9, 0.97]

    package var axis = Axis.epoch
    /// One of `smoothings`.
    package var smoothing = 0.9
    /// Whether the loss is drawn on a logarithmic scale.
    package var isLossLogarithmic = false
    /// The metric in the second chart; the first one shows the loss.
    package var secondChart = Metric.accuracy
    /// The column that the list is sorted by; empty for the default order.
    package var sortColumn = ""
    /// Whether the largest values come first.
    package var isDescending = false
    package var palette = Palette.colorBlindSafe
    /// The focused panel of the overview. The current view is not saved: all others are about selected runs, and the
    /// selection ends with the program.
    var panel = Panel.list
    /// Whether that panel fills the screen.
    var isMaximized = false

    /// The panels of the overview that can have the focus.
    enum Panel: String, Sendable, Hashable, CaseIterable {
        case list, loss, second
    }

    package init() {}

    /// Parses preferences that `text` has written; what cannot be parsed keeps its default.
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
                secondChart = Metric.forSecondChart.first { $0.name == value } ?? secondChart
            case "sort": sortColumn = value
            case "descending": isDescending = value == "true"
            case "palette": palette = Palette(rawValue: value) ?? palette
            case "panel": panel = Panel(rawValue: value) ?? panel
            case "maximized": isMaximized = value == "true"
            default: break
            }
        }
    }

    /// One preference per line, `key: value`.
    package var text: String {
        """
        axis: \(axis.rawValue)
        smoothing: \(smoothing)
        log-loss: \(isLossLogarithmic)
        second-chart: \(secondChart.name)
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
