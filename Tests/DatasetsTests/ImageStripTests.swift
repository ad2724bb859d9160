// Images as text, compared with manually written lines.

import Datasets
import Testing

@Suite struct ImageStripTests {
    private let images = LabelledImages(
        height: 3, width: 2, pixels: [0, 255, 0, 255, 255, 0] + [128, 128, 0, 255, 8, 4], labels: [0, 1])

    private func text(_ style: ImageStyle, _ indices: [Int] = [0, 1]) -> String {
        ImageStrip(style: style).text(of: indices, in: images) { ["Bag", "B"][$0] }
    }

    @Test func `shades are side by side below their captions`() {
        #expect(text(.shades) == "Ba  B \n █  ░▓\n▒     \n")
    }

    @Test func `ASCII uses no other character`() {
        let text = text(.ascii)
        #expect(text == "Ba  B \n @  :#\n=     \n")
        #expect(text.utf8.allSatisfy { $0 < 128 })
    }

    @Test func `true colour sets both halves and resets at each image's end`() {
        let lines = text(.trueColor, [0]).split(separator: "\n")
        #expect(
            lines == [
                "Ba",
                "\u{1b}[38;2;0;0;0;48;2;0;0;0m▀\u{1b}[38;2;255;255;255;48;2;255;255;255m▀\u{1b}[0m",
                "\u{1b}[38;2;255;255;255;48;2;0;0;0m▀\u{1b}[38;2;0;0;0;48;2;0;0;0m▀\u{1b}[0m",
            ])
    }

    @Test func `the palette's nearest grey is used`() {
        // The palette has black, 8, 18, … 238 and white.
        for grey in 0...255 {
            let images = LabelledImages(height: 2, width: 1, pixels: [UInt8(grey), 0], labels: [0])
            let text = ImageStrip(style: .colors256).text(of: [0], in: images) { _ in "" }
            let levels = [16: 0, 231: 255].merging((0..<24).map { (232 + $0, 8 + 10 * $0) }) { a, _ in a }
            let chosen = levels.first { text.contains("[38;5;\($0.key);48;5;16m") }
            let nearest = levels.values.map { abs($0 - grey) }.min()
            #expect(chosen.map { abs($0.value - grey) } == nearest, "grey \(grey)")
        }
    }

    @Test func `a colour is not repeated for equal neighbours`() {
        let images = LabelledImages(height: 2, width: 3, pixels: [9, 9, 9, 7, 7, 7], labels: [0])
        let text = ImageStrip(style: .trueColor).text(of: [0], in: images) { _ in "" }
        #expect(text == "   \n\u{1b}[38;2;9;9;9;48;2;7;7;7m▀▀▀\u{1b}[0m\n")
    }

    @Test func `without images the text is empty`() {
        #expect(text(.shades, []) == "")
    }

    @Test func `at least one image fits`() {
        #expect(ImageStrip.images(ofWidth: 28, in: 80) == 2)
        #expect(ImageStrip.images(ofWidth: 28, in: 88) == 3)
        #expect(ImageStrip.images(ofWidth: 28, in: 0) == 1)
    }
}
