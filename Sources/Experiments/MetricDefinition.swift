// How a metric of steps or epochs is named, stored and displayed. The store's columns, JSON, CSV, TensorBoard tags, `list`,
// `show` and the dashboard's charts are derived from the tables in Progress.swift and EpochMetrics.swift.

/// The unit of a metric, which decides its format.
package enum MetricUnit: Sendable, Hashable {
    /// A mean over images, such as a loss.
    case plain
    /// From 0 to 1.
    case share
    case imagesPerSecond
    case seconds
    /// An estimate, which may be infinite.
    case secondsLeft
}

/// A metric of a step (`Progress`) or an epoch (`EpochMetrics`).
package struct MetricDefinition<Record>: Sendable {
    /// Key in JSON and column in the store.
    package let key: String
    package let unit: MetricUnit
    /// Whether larger values are better; `nil` if neither direction is.
    package let isLargerBetter: Bool?
    /// Heading in the table of epochs and beside the curve in `show`; `nil` if `show` omits it.
    package let heading: String?
    /// Dashboard chart that draws it; a metric of steps and one of epochs may share a chart. `nil` for none.
    package let chart: String?
    /// Column in CSV, which steps and epochs share.
    package let column: String
    /// TensorBoard tag; `nil` if the metric is not written there.
    package let tag: String?
    /// Whether every record has it, possibly as NaN.
    package let isRequired: Bool
    package let value: @Sendable (Record) -> Double?
    package let set: @Sendable (inout Record, Double?) -> Void

    init<Value: MetricValue>(
        _ key: String, _ path: any WritableKeyPath<Record, Value> & Sendable, _ unit: MetricUnit = .plain,
        isLargerBetter: Bool? = nil, heading: String? = nil, chart: String? = nil, column: String? = nil,
        tag: String? = nil
    ) {
        (self.key, self.unit, self.isLargerBetter, self.heading) = (key, unit, isLargerBetter, heading)
        (self.chart, self.column, self.tag, isRequired) = (chart, column ?? key, tag, Value.isRequired)
        value = { $0[keyPath: path].figure }
        set = { $0[keyPath: path] = Value(figure: $1) }
    }
}

/// The type of a metric: a number, or an optional one.
protocol MetricValue: Sendable {
    static var isRequired: Bool { get }
    var figure: Double? { get }
    init(figure: Double?)
}

extension Double: MetricValue {
    static var isRequired: Bool { true }
    var figure: Double? { self }
    init(figure: Double?) { self = figure ?? .nan }
}

extension Double?: MetricValue {
    static var isRequired: Bool { false }
    var figure: Double? { self }
    init(figure: Double?) { self = figure }
}

extension [MetricDefinition<Progress>] {
    /// Returns the columns of a table of steps and epochs: those of both lists in order, shared ones once.
    package func columns(with epochs: [MetricDefinition<EpochMetrics>]) -> [String] {
        var rest = epochs.map(\.column)[...]
        var columns: [String] = []
        for column in map(\.column) {
            if let place = rest.firstIndex(of: column) {
                columns += rest[..<place]
                rest = rest[(place + 1)...]
            }
            columns.append(column)
        }
        return columns + rest
    }
}
