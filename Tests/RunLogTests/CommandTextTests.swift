// Commands for users to copy, and how shells parse them.

import Foundation
import RunLog
import Testing

@Suite struct CommandTextTests {
    @Test func `a command repeats the given folders`() {
        let usual = CommandText()
        #expect(usual.line(.resume, "a-1", []) == "vgglab resume a-1")
        #expect(usual.line(.train, "a.yaml", ["--set", "training.lr=0.1"]) == "vgglab a.yaml --set training.lr=0.1")
        let given = CommandText(runs: "my runs", data: "$DATA")
        #expect(given.line(.list, nil, []) == "vgglab list --runs 'my runs'")
        #expect(
            given.line(.fork, "a-1", ["--at", "best"])
                == "vgglab fork a-1 --at best --runs 'my runs' --data '$DATA'")
        #expect(given.line(.export, "a-1", []) == "vgglab export a-1 --runs 'my runs'")
    }

    @Test func `a value that begins with a dash is not an option`() {
        let text = CommandText(runs: "-r", data: "-d").line(.resume, "-x-1", [])
        #expect(text == "vgglab resume --runs=-r --data=-d -- -x-1")
    }

    private static let hostile = [
        "`touch x`", "$(touch x)", "$HOME", "\"a\"", "it's", "''", #"a\"#, #"\\"#, "a;b", "a&b", "a|b", "<a>b", "a\nb",
        "\n",
        "a\tb", "a b ", "*", "?", "[a-z]", "{a,b}", "~", "~root", "#a", "!a", "a!b", "=ls", "^a", "(a)", "%s", "图 é 🙂",
        "\u{1B}[31m", "\u{202E}a", "e\u{301}'\u{301}", "",
    ]

    @Test(arguments: ["bash", "zsh", "dash", "fish"]) func `shells parse every word back`(name: String) throws {
        let folders = ["/bin", "/usr/bin", "/usr/local/bin"]
        let path = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let path else { return }
        // dash and fish have no quotes for invisible characters.
        let words = Self.hostile.filter { ["bash", "zsh"].contains(name) || !Readable.shellWord($0).hasPrefix("$") }
        let shell = Process()
        shell.executableURL = URL(filePath: path)
        shell.arguments = ["-c", "printf '%s\\0' " + words.map(Readable.shellWord).joined(separator: " ")]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let read = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(
            read.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { Array($0) }
                == words.map { Array($0.utf8) })
    }
}
