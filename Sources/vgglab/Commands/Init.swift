// `vgglab init [FOLDER]`: the examples as files, to be read and changed.

import ArgumentParser
import ExperimentFiles
import Foundation

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the example experiments as files.",
        discussion: "Existing files are kept.")

    @Argument(help: ArgumentHelp("Where to write; made if it is not there.", valueName: "folder"))
    var folder = "experiments"

    func run() throws {
        // Where the folder cannot be made, neither can the first file, and that says why.
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let written = try ExampleExperiment.all.count { try NewFile.write($0.yaml, to: "\(folder)/\($0.name).yaml") }
        let kept = ExampleExperiment.all.count - written
        Console.print(
            "wrote \(written) experiments to \(folder)"
                + (kept > 0 ? "; kept \(kept) that already existed" : "") + "\n")
    }
}
