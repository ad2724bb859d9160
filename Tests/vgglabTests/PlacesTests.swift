// Unwritable places are found before a run is created, reported in one accurate sentence, and cost no weights.

import Foundation
import TestSupport
import Testing

/// Whether a process may have its own mounts here.
private let canMount =
    (try? Program(["--version"], shell: "unshare -rm mount -t tmpfs none /tmp").end().status) == 0

@Suite(.enabled(if: canMount, "a process may have no mounts of its own here")) struct PlacesTests {
    private let sandbox: Sandbox
    private let runs: String
    private let place: String

    init() throws {
        sandbox = try Sandbox()
        runs = sandbox.file("runs")
        place = sandbox.file("place")
        try sandbox.writeData(in: "data", count: 40)
        try sandbox.write(Sandbox.tinyOnMadeUp, to: "tiny.yaml")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    }

    /// The result of a call if `place` is read-only.
    private func readOnly(_ arguments: String...) throws -> Ending {
        try Program(
            arguments + ["--runs", runs],
            shell: """
                unshare -rm bash -c 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" || exit 99; "$@"' \
                '\(place)' "$@"
                """
        ).end()
    }

    @Test(arguments: [
        ("--save", "w", "can only be read; choose another folder"),
        ("--tensorboard", "", "can only be read; choose another folder"),
    ]) func `a read-only place leaves no run behind`(option: String, file: String, words: String) throws {
        let path = file.isEmpty ? place : "\(place)/\(file)"
        let ending = try readOnly(sandbox.tiny, "--data", sandbox.file("data"), "--quiet", option, path)
        #expect(ending.status == 2, "\(ending)")
        #expect(ending.complaint.hasPrefix("\(option) \(place)/"), "\(ending)")
        #expect(ending.complaint.hasSuffix(": \(place) \(words)\n"), "\(ending)")
        #expect(!FileManager.default.fileExists(atPath: "\(runs)/runs/tiny-1"))
    }

    @Test func `weights that do not fit in their file are in the store, and the message says how to get them`()
        throws
    {
        let ending = try Program(
            [
                sandbox.tiny, "--data", sandbox.file("data"), "--quiet", "--runs", runs, "--save", "\(place)/w",
            ],
            shell: """
                unshare -rm bash -c 'mount -t tmpfs -o size=8k none "$0" || exit 99; "$@"' '\(place)' "$@"
                """
        ).end()
        #expect(ending.status == 1, "\(ending)")
        #expect(
            ending.complaint == """
                \(place)/w: no space is left in \(place); free some or choose another folder; a checkpoint has the weights: \
                vgglab export tiny-1 --at last --format safetensors --out ./tiny-1.safetensors \
                --runs \(runs)

                """)
        let export = try Program.run(
            "export", "tiny-1", "--at", "last", "--format", "safetensors", "--out", sandbox.file("w"), "--runs", runs)
        #expect(export.status == 0, "\(export)")
    }
}
