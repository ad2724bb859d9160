// Draws test images with their predictions, and the filters of the first layer.

internal import RunLog
internal import Screen

struct ImagesView: Widget {
    private let images: Images
    private let isFocused: Bool

    init(_ state: State) {
        images = state.images
        isFocused = state.images.panel == .images && state.dialog == .none
    }

    private var title: String {
        guard let report = images.report else { return "Test images" }
        switch images.shownFilter {
        case .all: return "Test images"
        case .wrong: return "Misclassified test images"
        case .cell(let truth, let prediction):
            let (truth, prediction) = (report.name(of: truth), report.name(of: prediction))
            return truth == prediction ? "\(truth), classified correctly" : "\(truth) classified as \(prediction)"
        }
    }

    /// Returns the number of images that match, and how many of them are shown.
    private func count(_ report: PredictionReport) -> String {
        let all =
            switch images.shownFilter {
            case .all: report.confusion.joined().reduce(0, +)
            case .wrong:
                report.confusion.enumerated().reduce(0) { sum, row in
                    sum + row.element.enumerated().reduce(0) { $0 + ($1.offset == row.offset ? 0 : $1.element) }
                }
            case .cell(let truth, let prediction):
                report.confusion.indices.contains(truth) && report.confusion[truth].indices.contains(prediction)
                    ? report.confusion[truth][prediction] : 0
            }
        let given = report.images.count
        return given < all ? "\(Readable.count(given)) of \(Readable.count(all))" : Readable.count(given)
    }

    /// Returns a grid whose images are as large as leaves room for six, but at least half a column per pixel.
    private func grid(_ report: PredictionReport, in content: Rect) -> ImageGrid {
        let (width, height) = (report.width, report.height)
        let sizes = [(width, height / 2), (width * 5 / 7, height * 5 / 14), (width / 2, height / 4)]
        let fitting = sizes.first { ((content.width + 1) / ($0.0 + 2)) * ((content.height + 1) / ($0.1 + 3)) >= 6 }
        let (columns, rows) = fitting ?? sizes[2]
        return ImageGrid(
            report.images.map { item($0, report) }, imageSize: Size(columns: columns, rows: rows),
            top: images.scroll.top)
    }

    private func item(_ image: PredictedImage, _ report: PredictionReport) -> ImageGrid.Item {
        let isRight = image.truth == image.prediction
        let sign = isRight ? "✓" : "✗"
        let percent = "\(Readable.fixed(image.probability * 100, decimals: 0)) %"
        let style = Style(isRight ? .good : .bad)
        let isWhole = image.pixels.count == report.width * report.height
        return ImageGrid.Item(
            isWhole
                ? Image(width: report.width, height: report.height, pixels: image.pixels)
                : Image(width: 0, height: 0, pixels: []),
            caption: [
                .init("\(sign) \(percent) \(report.name(of: image.prediction))", style),
                .init(isRight ? "" : "is \(report.name(of: image.truth))", .dim),
            ])
    }

    /// Returns the last row of images that can be scrolled to the top.
    func lastTop(in area: Rect) -> Int {
        guard let report = images.report else { return 0 }
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        let grid = grid(report, in: content)
        let columns = grid.columns(in: content)
        return max((report.images.count + columns - 1) / columns - grid.rows(in: content), 0)
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let total = images.report.map(count) ?? ""
        buffer.draw(Panel(title, right: images.isLoading ? "classifying" : total, focused: isFocused), in: area)
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        guard let report = images.report, !report.images.isEmpty else {
            let text = images.report == nil ? images.answer : "no images"
            return buffer.writeAnswer(text, in: content)
        }
        // Only complete rows: an image cut in half would be drawn smaller.
        let grid = grid(report, in: content)
        let pitch = grid.imageSize.rows + 3
        let height = min(grid.rows(in: content) * pitch, content.height)
        buffer.draw(grid, in: Rect(x: content.x, y: content.y, width: content.width, height: height))
    }
}

/// The panel with the filters of the first layer.
struct FiltersView: Widget {
    private let images: Images
    private let isFocused: Bool

    init(_ state: State) {
        images = state.images
        isFocused = state.images.panel == .filters && state.dialog == .none
    }

    func draw(in area: Rect, on buffer: inout CellBuffer) {
        guard !area.isEmpty else { return }
        let count = images.report.map { "\($0.filters.count)" } ?? ""
        buffer.draw(Panel("First-layer filters", right: count, focused: isFocused), in: area)
        let content = Panel.content(of: area).inset(columns: 1, rows: 0)
        guard let report = images.report else {
            return buffer.writeAnswer(images.answer, in: content)
        }
        let kernel = report.kernel
        let most = report.filters.joined().map(\.magnitude).filter(\.isFinite).max() ?? 0
        let items = report.filters.filter { $0.count == kernel * kernel }.map { weights in
            // Zero is the middle grey.
            let pixels = weights.map { weight in
                most > 0 && weight.isFinite ? UInt8((127.5 + 127.5 * weight / most).rounded()) : 128
            }
            return ImageGrid.Item(Image(width: kernel, height: kernel, pixels: pixels))
        }
        let grid = ImageGrid(items, imageSize: Size(columns: 2 * kernel, rows: kernel))
        buffer.draw(grid, in: content)
    }
}

extension Images {
    /// Why there is no report.
    var answer: String {
        if let problem { return problem }
        return isLoading ? "classifying the test images" : "select a run that has trained"
    }
}

extension PredictionReport {
    /// Returns a class's name, or its number if it has none.
    func name(of label: Int) -> String { classes.indices.contains(label) ? classes[label] : "class \(label)" }
}
