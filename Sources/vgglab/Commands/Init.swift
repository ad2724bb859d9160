// `vgglab init [FOLDER]`: writes the built-in experiments as files to edit.

import ArgumentParser
import ExperimentFiles
import Foundation

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the built-in experiments as files.",
        discussion: "Existing files are left unchanged.")

    @Argument(help: ArgumentHelp("Folder to write to; created if missing.", valueName: "folder"))
    var folder = "experiments"

    func run() throws {
        // If the folder cannot be created, writing the first file fails with the reason.
        let written = try ExampleExperiment.all.count { example in
            let file = URL(filePath: "\(folder)/\(example.file)")
            try? FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            return try NewFile.write(example.yaml, to: "\(folder)/\(example.file)")
        }
        let kept = ExampleExperiment.all.count - written
        Console.print(
            "wrote \(written) experiments to \(folder)"
                + (kept > 0 ? "; kept \(kept) that already existed" : "") + "\n")
    }
}
