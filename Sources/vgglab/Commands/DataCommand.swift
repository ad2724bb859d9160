// `vgglab data`: where a data set was found, its size and classes, and some of its images.

import ArgumentParser
import Datasets
import Foundation
import RunLog
import TerminalText

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Show where a data set was found, its class counts and some images.")

    @OptionGroup var dataOptions: DataOptions

    @Option(help: "Name of the data set.")
    var dataset = FashionMNIST.name

    @Flag(help: "Draw images with characters instead of colours.")
    var noColor = false

    @Option(
        help: ArgumentHelp(
            "Write the first N test images as a network sees them: float32 [N, C, side, side].", valueName: "n"))
    var dumpBatch: Int?

    @Option(help: "Side in pixels that --dump-batch resizes images to.")
    var resize = 224

    @Option(help: ArgumentHelp("File that --dump-batch writes.", valueName: "file"))
    var out: String?

    func validate() throws {
        if (dumpBatch == nil) != (out == nil) { throw ValidationError("--dump-batch and --out need each other") }
        if !(1...4096).contains(resize) { throw ValidationError("--resize must be from 1 to 4096 (got \(resize))") }
        if let dumpBatch, dumpBatch < 1 { throw ValidationError("--dump-batch must be at least 1 (got \(dumpBatch))") }
    }

    func run() throws {
        let dataset = try dataOptions.load(dataset)
        if let dumpBatch, dumpBatch > dataset.test.count {
            throw Failure(message: "--dump-batch \(dumpBatch): there are only \(dataset.test.count) test images")
        }
        if let dumpBatch, let out { return try dump(dataset.test.prefix(dumpBatch), to: out) }

        var text = "\(dataset.name) in \(Readable.visible(dataset.folder))"
        text += dataset.isVerified ? ", the known files by SHA-256\n" : "\n"
        let kind = dataset.train.channels == 3 ? "colour images" : "images"
        text += "\(kind) of \(dataset.train.height) × \(dataset.train.width), \(dataset.numClasses) classes\n\n"
        let train = dataset.train.countsByClass(dataset.numClasses)
        let test = dataset.test.countsByClass(dataset.numClasses)
        let width = max(dataset.classNames.map(DisplayText.width).max() ?? 0, 5)
        func row(_ name: String, _ train: String, _ test: String) -> String {
            name.padded(width) + train.leftPadded(10) + test.leftPadded(10) + "\n"
        }
        text += row("class", "train", "test")
        for (index, name) in dataset.classNames.enumerated() {
            text += row(name, Readable.count(train[index]), Readable.count(test[index]))
        }
        text += row("all", Readable.count(dataset.train.count), Readable.count(dataset.test.count)) + "\n"
        Console.print(text + images(of: dataset))
        if let remark = dataset.remark { Console.say("warning: \(remark)") }
    }

    /// The first training image of each class, as many as fit the terminal's width.
    private func images(of dataset: Dataset) -> String {
        let columns = Console.terminalColumns ?? 80
        let count = max(ImageStrip.images(ofWidth: dataset.train.width, in: columns), 1)
        let firsts = (0..<dataset.numClasses).compactMap { label in
            dataset.train.labels.firstIndex { Int($0) == label }
        }
        let environment = ProcessInfo.processInfo.environment
        let isPlain = noColor || !(environment["NO_COLOR"] ?? "").isEmpty || Console.terminalColumns == nil
        let strip = ImageStrip(style: isPlain ? .shades : .colors256)
        return strip.text(of: Array(firsts.prefix(count)), in: dataset.train) { index in
            dataset.classNames[Int(dataset.train.labels[index])]
        }
    }

    private func dump(_ images: LabelledImages, to path: String) throws {
        let resizer = Resizer(height: images.height, width: images.width, side: resize)
        let planes = images.count * images.channels
        var floats = [Float](repeating: 0, count: planes * resize * resize)
        floats.withUnsafeMutableBufferPointer { floats in
            images.pixels.withUnsafeBufferPointer { pixels in
                for index in 0..<planes {
                    let size = images.height * images.width
                    resizer.resize(
                        UnsafeBufferPointer(rebasing: pixels[index * size..<(index + 1) * size]),
                        into: UnsafeMutableBufferPointer(
                            rebasing: floats[index * resize * resize..<(index + 1) * resize * resize]))
                }
            }
        }
        let bytes = floats.withUnsafeBytes { Data($0) }
        do {
            try bytes.write(to: URL(fileURLWithPath: path))
        } catch {
            throw Failure(message: "\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
