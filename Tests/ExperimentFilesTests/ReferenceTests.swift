// docs/experiments.md has the table of all settings that the program uses.

import ExperimentFiles
import Foundation
import Testing

@Suite struct ReferenceTests {
    @Test func `the reference lists every setting with its default and its limits`() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../docs/experiments.md").standardized
        let page = try String(contentsOf: path, encoding: .utf8)
        let (begin, end) = ("<!-- settings: written by a test -->\n", "<!-- end of settings -->")
        let parts = page.split(separator: begin, maxSplits: 1)
        try #require(parts.count == 2)
        let rest = try #require(parts[1].firstRange(of: end))
        let rows = ExperimentKey.all.map { key in
            "| `\(key.path)` | \(key.defaultValue.map { "`\($0)`" } ?? "") | \(key.summary) | \(key.allowed) |"
        }
        let table =
            (["| setting | default | meaning | allowed |", "| --- | --- | --- | --- |"] + rows).joined(separator: "\n")
            + "\n"
        guard parts[1][..<rest.lowerBound] != table else { return }
        try "\(parts[0])\(begin)\(table)\(parts[1][rest.lowerBound...])".write(
            to: path, atomically: true, encoding: .utf8)
        Issue.record("docs/experiments.md was out of date; it is written anew")
    }
}
