// Mistakes in YAML itself, shown at their place.

import ExperimentFiles
import Testing

extension ExperimentFileErrorTests {
    /// A text, and the expected error: line, problem, and the line with a caret below the place.
    @Test(arguments: [
        (
            "network:\n  kernel: 3\n  ratio:8\ndata:", 3, "a space is missing after the colon; write ratio: 8",
            "  ratio:8", "        ^"
        ),
        (
            "network:\n  ratio:8\n  kernel: 3", 2, "a space is missing after the colon; write ratio: 8",
            "  ratio:8", "        ^"
        ),
        (
            "network:\n  ratio:8\n  # and\n  kernel:3\n  dropout: 0", 2,
            "a space is missing after the colon; write ratio: 8", "  ratio:8", "        ^"
        ),
        (
            "network:\n  ratio:8", 2, "a space is missing after the colon; write ratio: 8", "  ratio:8", "        ^"
        ),
        ("name:a", 1, "a space is missing after the colon; write name: a", "name:a", "     ^"),
        (
            "network: { kernel: 3, ratio:8 }", 1, "a space is missing after the colon; write ratio: 8",
            "network: { kernel: 3, ratio:8 }", "                            ^"
        ),
        (
            "network:\n  kernel: 3\n  ratio 8\ndata:", 3, "a colon is missing; write ratio: 8", "  ratio 8", "  ^"
        ),
        (
            "network:\n  kernel: 3\n  ratio=8\n", 3, "a colon is missing; write ratio: 8", "  ratio=8", "  ^"
        ),
        (
            "name: a\ndescription: Exercise 1: small kernels  # 3", 2,
            "a text with a colon needs quotes; write description: \"Exercise 1: small kernels\"",
            "description: Exercise 1: small kernels  # 3", "                       ^"
        ),
        (
            "description: a \"b\": it's", 1,
            "a text with a colon needs quotes; write description: 'a \"b\": it''s'", "description: a \"b\": it's",
            "                  ^"
        ),
        (
            "name: a\n  lr: 1", 2,
            "indented deeper than line 1, which has its value; keys of a section begin in one column",
            "  lr: 1", "  ^"
        ),
        (
            "network:\n  variant: vgg11\n ratio: 4", 3,
            "indented by 1 space, line 2 by 2; keys of a section begin in one column", " ratio: 4", " ^"
        ),
        (
            "network:\n  variant: vgg11\n    ratio: 4", 3,
            "indented deeper than line 2, which has its value; keys of a section begin in one column", "    ratio: 4",
            "    ^"
        ),
        (
            "network:\nratio: 4", 2, "unknown key ratio; did you mean network.ratio?", "ratio: 4", "^"
        ),
        (
            "network:\n  classifier: [128\n  dropout: 0.5\ndata:\n  resize: 32", 2,
            "the [ that opens here is not closed; close it with ]", "  classifier: [128", "              ^"
        ),
        (
            "network: { ratio: 4\ntraining: { lr: 1 }", 1, "the { that opens here is not closed; close it with }",
            "network: { ratio: 4", "         ^"
        ),
        (
            "network: { blocks: [[1, 64] [1, 128]] }", 1, "a comma or ] is missing before this",
            "network: { blocks: [[1, 64] [1, 128]] }", "                            ^"
        ),
        (
            "name: \"a\ntraining: { lr: 1 }", 1, "the quote that opens here is not closed; close it with \"",
            "name: \"a",
            "      ^"
        ),
        (
            "name: \"a\ndescription: \"b\"", 1, "the quote that opens here is not closed; close it with \"",
            "name: \"a", "      ^"
        ),
        (
            "name: \"a\" b", 1, "the value has ended before this; put all of it in one pair of quotes", "name: \"a\" b",
            "          ^"
        ),
        ("training:\n\tlr: 1", 2, "a tab before a key; indent with spaces", "\tlr: 1", "^"),
        ("name: @a", 1, "a value may not begin with @; put it in quotes", "name: @a", "      ^"),
        (
            "description: *bold*", 1, "a value may not begin with this character; put it in quotes",
            "description: *bold*", "             ^"
        ),
        (
            "description: \"C:\\data\"", 1,
            "this is no escape of double quotes; write \\\\ for \\, or use single quotes",
            "description: \"C:\\data\"", "                ^"
        ),
        (
            "description: > a\n  b", 1, "the text begins on the line after > or |; move it there", "description: > a",
            "               ^"
        ),
        (
            "network:\n  classifier: - 64\n", 2,
            "a list does not begin on its key's line; write it in brackets: [64, 128]", "  classifier: - 64",
            "              ^"
        ),
        (
            "training: { lr: 0,05 }", 1, "a comma ends the value; write a point: lr: 0.05", "training: { lr: 0,05 }",
            "                  ^"
        ),
        (
            "training:\n  lr: 0,05", 2,
            "training.lr must be a number greater than 0 (got 0,05); write a point, not a comma: 0.05", "  lr: 0,05",
            "      ^"
        ),
        (
            "training:\n  lr 0.1\n  epochs: 2", 2, "a colon is missing; write lr: 0.1", "  lr 0.1", "  ^"
        ),
        (
            "network:\n    ratio: 8\n  kernel: 3", 3,
            "indented by 2 spaces, line 2 by 4; keys of a section begin in one column",
            "  kernel: 3", "  ^"
        ),
        ("name: a\n]", 2, "this is not YAML; check colons, quotes and the spaces before keys", "]", "^"),
    ])
    func `a mistake is shown at its place, with what to write`(
        text: String, line: Int, problem: String, shown: String, caret: String
    ) throws {
        let error = try #require(throws: ExperimentFileError.self) {
            try ExperimentFile.parse(text, path: "a.yaml")
        }
        #expect(error.description == "a.yaml:\(line): \(problem)")
        #expect(error.excerpt == Excerpt(line: shown, column: caret.count))
    }
}
