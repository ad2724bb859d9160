// Grey images in cells, and grids of them.

import Screen
import Testing

@Suite struct ImageTests {
    /// Black at the left, white at the right, and a black row at the bottom.
    static let image = Image(
        width: 4, height: 4, pixels: [0, 85, 170, 255, 0, 85, 170, 255, 0, 85, 170, 255, 0, 0, 0, 0])

    @Test func `two pixels share a cell`() {
        var buffer = CellBuffer(size: Size(columns: 8, rows: 2))
        buffer.draw(Self.image, in: buffer.bounds)
        #expect(buffer.lines == ["▀▀▀▀", "▀▀▀▀"])
        #expect(buffer[3, 0].style == Style(.gray(23), on: .gray(23)))
        #expect(buffer[3, 1].style == Style(.gray(23), on: .gray(0)))
        #expect(buffer[1, 0].style == Style(.gray(8), on: .gray(8)))
    }

    @Test(arguments: [
        (28, 14, 28, 14), (60, 14, 28, 14), (28, 60, 28, 14), (14, 60, 14, 7), (1, 1, 1, 1), (0, 3, 0, 0),
    ])
    func `an image keeps its aspect ratio`(columns: Int, rows: Int, width: Int, height: Int) {
        let square = Image(width: 28, height: 28, pixels: Array(repeating: 9, count: 784))
        #expect(square.fitted(into: Size(columns: columns, rows: rows)) == Size(columns: width, rows: height))
    }

    @Test func `a smaller image uses means of pixels, a larger one several cells per pixel`() {
        var buffer = CellBuffer(size: Size(columns: 2, rows: 1))
        buffer.draw(Self.image, in: buffer.bounds)
        #expect(buffer[1, 0].style == Style(.gray(19), on: .gray(10)))
        buffer = CellBuffer(size: Size(columns: 8, rows: 4))
        buffer.draw(Self.image, in: buffer.bounds)
        #expect(buffer[7, 0].style == buffer[6, 0].style && buffer[7, 2].style == Style(.gray(23), on: .gray(23)))
        #expect(buffer[7, 3].style == Style(.gray(0), on: .gray(0)))
    }

    @Test func `without greys shades are used`() {
        var buffer = CellBuffer(size: Size(columns: 4, rows: 2), colors: .eight)
        buffer.draw(Self.image, in: buffer.bounds)
        #expect(buffer.lines == [" ░▓█", " ░░▒"])
    }
}

@Suite struct ImageGridTests {
    static let grid = ImageGrid(
        (0..<5).map { .init(ImageTests.image, caption: [.init("no. \($0)"), .init("99 %", Style(.good))]) },
        imageSize: Size(columns: 6, rows: 2), selection: 1)

    @Test func `images are in rows with their captions below`() {
        #expect(
            drawn(Self.grid, columns: 23, rows: 9) == [
                "▀▀▀▀    ▀▀▀▀    ▀▀▀▀", "▀▀▀▀    ▀▀▀▀    ▀▀▀▀", "no. 0   no. 1   no. 2", "99 %    99 %    99 %", "",
                "▀▀▀▀    ▀▀▀▀", "▀▀▀▀    ▀▀▀▀", "no. 3   no. 4", "99 %    99 %",
            ])
    }

    @Test func `scrolling goes by rows of images`() {
        var grid = Self.grid
        grid.top = 1
        #expect(drawn(grid, columns: 23, rows: 4)[2] == "no. 3   no. 4")
        #expect(grid.item(at: Point(x: 9, y: 3), in: Rect(x: 0, y: 0, width: 23, height: 4)) == 4)
        #expect(grid.item(at: Point(x: 17, y: 3), in: Rect(x: 0, y: 0, width: 23, height: 4)) == nil)
    }

    @Test(arguments: [ColorDepth.full, .monochrome], [GlyphSet.unicode, .ascii])
    func `no area is too small`(colors: ColorDepth, glyphs: GlyphSet) {
        sweep(Self.grid, glyphs: glyphs, colors: colors)
        sweep(ImageTests.image, glyphs: glyphs, colors: colors)
        sweep(Image(width: 0, height: 3, pixels: []), glyphs: glyphs, colors: colors)
        sweep(ImageGrid([], imageSize: Size(columns: 0, rows: 0)), glyphs: glyphs, colors: colors)
    }
}
