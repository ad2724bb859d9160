// The position of everything, as a function of the terminal's size and the view. Both drawing and the mouse use it.

internal import Screen

struct Layout {
    /// The smallest usable terminal.
    static let smallest = Size(columns: 60, rows: 16)

    static func isTooSmall(_ size: Size) -> Bool { size.columns < smallest.columns || size.rows < smallest.rows }

    /// From this width on, charts are placed beside the list instead of below it.
    private static let wideColumns = 110

    let header: Rect
    let body: Rect
    let keyBar: Rect
    var list = Rect(Size(columns: 0, rows: 0))
    var details = Rect(Size(columns: 0, rows: 0))
    var loss = Rect(Size(columns: 0, rows: 0))
    var second = Rect(Size(columns: 0, rows: 0))
    var progress = Rect(Size(columns: 0, rows: 0))
    var matrix = Rect(Size(columns: 0, rows: 0))
    var images = Rect(Size(columns: 0, rows: 0))
    var filters = Rect(Size(columns: 0, rows: 0))
    /// Number of visible rows of the list.
    var visibleRows: Int { max(list.height - 3, 1) }

    init(_ state: State) {
        var rest = Rect(state.size)
        header = rest.takeTop(1)
        keyBar = rest.takeBottom(1)
        body = rest
        let isWide = rest.width >= Self.wideColumns
        switch state.tab {
        case .overview: overview(state, isWide)
        case .run: run(isWide)
        case .compare: compare(state, isWide)
        case .images: images(state, isWide)
        case .log: break
        }
    }

    private mutating func overview(_ state: State, _ isWide: Bool) {
        if state.preferences.isMaximized {
            switch state.panel {
            case .list: list = body
            case .loss: loss = body
            case .second: second = body
            }
            return
        }
        if isWide {
            var right = body
            var left = right.takeLeft(min(max(body.width * 46 / 100, 58), 100))
            if left.height >= 26 { details = left.takeBottom(Self.networkRows(left.height)) }
            list = left
            progress = right.takeBottom(right.height >= 24 ? 5 : 3)
            (loss, second) = halves(of: right.rows([.rest, .rest]))
        } else {
            var rest = body
            progress = rest.takeBottom(3)
            list = rest.takeTop(rest.height * 53 / 100)
            (loss, second) = halves(of: rest.columns([.rest, .rest]))
        }
    }

    private mutating func run(_ isWide: Bool) {
        var rest = body
        if isWide {
            var left = rest.takeLeft(min(max(body.width * 46 / 100, 54), 84))
            details = left.takeBottom(Self.networkRows(left.height))
            list = left
            progress = rest.takeBottom(rest.height >= 24 ? 5 : 3)
            (loss, second) = halves(of: rest.rows([.rest, .rest]))
        } else {
            progress = rest.takeBottom(3)
            let top = rest.takeTop(min(rest.height * 63 / 100, 14))
            let parts = top.columns([.share(4), .share(5)])
            (list, details) = (parts[0], parts[1])
            (loss, second) = halves(of: rest.columns([.rest, .rest]))
        }
    }

    /// Rows for the network below a column of this height: enough for VGG's blocks and layers, and their costs.
    private static func networkRows(_ height: Int) -> Int { min(max(height * 46 / 100, 14), 18) }

    private mutating func compare(_ state: State, _ isWide: Bool) {
        var rest = body
        second = isWide ? rest.takeRight(rest.width * 45 / 100) : rest.takeBottom(rest.height * 40 / 100)
        details = rest
    }

    private mutating func images(_ state: State, _ isWide: Bool) {
        guard isWide else {
            switch state.images.panel {
            case .matrix: matrix = body
            case .images: images = body
            case .filters: filters = body
            }
            return
        }
        var rest = body
        var left = rest.takeLeft(min(max(body.width / 2, 62), 84))
        matrix = left.takeTop(min(max(left.height * 60 / 100, 14), 16))
        (filters, images) = (left, rest)
    }

    private func halves(of parts: [Rect]) -> (Rect, Rect) { (parts[0], parts[1]) }
}
