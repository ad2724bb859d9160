// The state of the images view: predictions of a run's network, and the cursor.

internal import Experiments

struct Images: Hashable {
    /// A part of the view that can have the focus.
    enum Panel: Int, CaseIterable {
        case matrix, images, filters
    }

    private(set) var run: String?
    private(set) var report: PredictionReport?
    private(set) var problem: String?
    private(set) var isLoading = false
    /// The filter requested last.
    private(set) var filter = ImageFilter.wrong
    /// The filter of the images in the report.
    private(set) var shownFilter = ImageFilter.wrong
    /// Row and column of the matrix under the cursor.
    private(set) var truth = 0
    private(set) var prediction = 0
    /// First visible row and column of the matrix.
    private var firstTruth = 0
    private var firstPrediction = 0
    var firstCell: (row: Int, column: Int) {
        get { (firstTruth, firstPrediction) }
        set { (firstTruth, firstPrediction) = (newValue.row, newValue.column) }
    }
    /// Scroll position of the images.
    var scroll = ScrollState()
    var panel = Panel.matrix

    /// Starts loading a run's report.
    mutating func load(_ run: String, _ filter: ImageFilter) -> Effect {
        if run != self.run { report = nil }
        (self.run, self.filter, isLoading, problem) = (run, filter, true, nil)
        return .loadPredictions(run: run, filter)
    }

    /// Accepts an answer, unless something else has been requested since.
    mutating func take(_ answer: Result<PredictionReport, Problem>, of run: String, _ filter: ImageFilter) {
        guard run == self.run, filter == self.filter, isLoading else { return }
        isLoading = false
        switch answer {
        case .success(let report): (self.report, shownFilter, problem, scroll) = (report, filter, nil, ScrollState())
        case .failure(let problem): (report, self.problem) = (nil, problem.description)
        }
        moveCell(rows: 0, columns: 0)
    }

    mutating func moveCell(rows: Int, columns: Int) {
        let last = (report?.confusion.count ?? 1) - 1
        truth = min(max(truth + rows, 0), max(last, 0))
        prediction = min(max(prediction + columns, 0), max(last, 0))
    }

    mutating func placeCell(truth: Int, prediction: Int) {
        (self.truth, self.prediction) = (truth, prediction)
        moveCell(rows: 0, columns: 0)
    }

}
