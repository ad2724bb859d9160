// Bad input of every kind: exit status 2, nothing on standard output, and one actionable sentence.

import Foundation
import Testing

/// A call that cannot work, and what its sentence must contain. `@` stands for the sandbox.
struct BadCall: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let arguments: [String]
    let names: [String]

    init(_ description: String, _ arguments: String, says names: String...) {
        testDescription = description
        self.arguments = arguments.split(separator: " ").map(String.init)
        self.names = names
    }

    static let data = [
        BadCall("data folder missing", "@/tiny.yaml --data @/none", says: "@/none", "--data"),
        BadCall("data folder empty", "@/tiny.yaml --data @/folder", says: "@/folder", "train-images-idx3-ubyte"),
        BadCall("data folder without test labels", "@/tiny.yaml --data @/part", says: "@/part lacks t10k-labels"),
        BadCall("data file empty", "@/tiny.yaml --data @/hollow", says: "@/hollow/train-labels", "is empty"),
        BadCall("gzip cut off", "@/tiny.yaml --data @/cut", says: "@/cut/t10k-labels-idx1-ubyte.gz", "ends after 10"),
        BadCall("gzip damaged", "@/tiny.yaml --data @/torn", says: "@/torn/t10k-labels-idx1-ubyte.gz", "gzip"),
        BadCall("no IDX file", "@/tiny.yaml --data @/magic", says: "@/magic/train-images", "not an IDX file"),
        BadCall("labels of other images", "@/tiny.yaml --data @/count", says: "19 labels for 20 images"),
        BadCall("a single class", "@/tiny.yaml --data @/class", says: "tiny", "at least 2"),
        BadCall("data set unknown", "@/tiny.yaml --set data.dataset=nonesuch", says: "nonesuch"),
        BadCall("data set no name", "@/tiny.yaml --set data.dataset=../x", says: "data.dataset"),
        BadCall("data set of vgglab data unknown", "data --dataset nonesuch", says: "nonesuch"),
    ]

    static let experiments = [
        BadCall("experiment missing", "@/none.yaml", says: "@/none.yaml: there is no such file"),
        BadCall("experiment a folder", "@/folder", says: "@/folder", "@/folder/*.yaml"),
        BadCall("experiment a pipe that nobody writes", "@/pipe.yaml", says: "@/pipe.yaml", "regular file"),
        BadCall("experiment empty", "@/empty.yaml", says: "@/empty.yaml"),
        BadCall("experiment no YAML", "@/syntax.yaml", says: "@/syntax.yaml:1: the [ that opens here is not closed"),
        BadCall("experiment no text", "@/bytes.yaml", says: "@/bytes.yaml"),
        BadCall("key unknown", "@/unknown.yaml", says: "@/unknown.yaml:2:", "did you mean training.lr?"),
        BadCall("value of another type", "@/type.yaml", says: "@/type.yaml:2:", "data.batch_size"),
        BadCall("value out of range", "@/range.yaml", says: "@/range.yaml:2:", "training.lr", "-0.1"),
        BadCall("ratio that does not divide", "@/tiny.yaml --set network.ratio=3", says: "ratio 3", "1, 2, 4, 8"),
        BadCall("side too small", "@/tiny.yaml --set data.resize=3", says: "data.resize=3", "at least 4"),
        BadCall("--set of an unknown key", "@/tiny.yaml --set trainin.lr=1", says: "trainin.lr", "training.lr"),
        BadCall("--set of a bad value", "@/tiny.yaml --set training.epochs=many", says: "training.epochs", "many"),
        BadCall("--set without a value", "@/tiny.yaml --set training.epochs", says: "training.epochs"),
        BadCall("the second of two experiments", "@/tiny.yaml @/none.yaml --data @/good", says: "@/none.yaml"),
        BadCall("experiment of shapes missing", "shapes @/none.yaml", says: "@/none.yaml"),
        BadCall("experiment of bench missing", "bench @/none.yaml", says: "@/none.yaml"),
        BadCall(
            "batch beyond memory", "bench @/tiny.yaml --set data.resize=4096 --set data.batch_size=4096",
            says: "tiny", "GiB", "data.batch_size="),
        BadCall(
            "classifier beyond memory", "@/tiny.yaml --data @/good --set network.classifier=[1048576,1048576]",
            says: "tiny", "GiB", "network.classifier"),
    ]

    static let usage = [
        BadCall("option unknown", "@/tiny.yaml --bogus", says: "--bogus"),
        BadCall("command unknown", "lst", says: "lst: there is no such command", "vgglab list"),
        BadCall("order of a filter without a number", "list -draft lr>=abc", says: "abc is not a number"),
        BadCall("option without a value", "@/tiny.yaml --threads", says: "--threads"),
        BadCall("no threads", "@/tiny.yaml --threads 0", says: "--threads must be from 1 to 1024 (got 0)"),
        BadCall("threads no number", "@/tiny.yaml --threads many", says: "--threads", "many"),
        BadCall("log format unknown", "@/tiny.yaml --log-format xml", says: "xml", "text", "jsonl"),
        BadCall("every step as text", "@/tiny.yaml --log-every-step", says: "--log-every-step", "jsonl"),
        BadCall("--save of two", "@/tiny.yaml @/tiny.yaml --save @/w", says: "--save", "got 2"),
        BadCall(
            "--save in no folder", "@/tiny.yaml --data @/good --save @/none/w", says: "--save @/none/w", "mkdir -p"),
        BadCall("--save to a folder", "@/tiny.yaml --data @/good --save @/folder", says: "@/folder", "is a folder"),
        BadCall(
            "--save where no file can be", "@/tiny.yaml --data @/good --save /proc/zz",
            says: "--save /proc/zz: no file can be made in /proc; choose another folder"),
        BadCall(
            "--tensorboard where no folder can be", "@/tiny.yaml --data @/good --tensorboard /proc/zz",
            says: "--tensorboard /proc/zz: no file can be made in /proc; choose another folder"),
        BadCall(
            "--tensorboard is a file", "@/tiny.yaml --data @/good --tensorboard @/tiny.yaml",
            says: "--tensorboard @/tiny.yaml: is not a folder"),
        BadCall("no steps", "bench @/tiny.yaml --steps 0", says: "--steps", "got 0"),
        BadCall("rounds without peers", "bench @/tiny.yaml --rounds 3", says: "--rounds", "--peers"),
        BadCall("batch dumped nowhere", "data --dump-batch 3", says: "--dump-batch", "--out"),
        BadCall("weights without an experiment", "evaluate @/w", says: "file"),
        BadCall(
            "weights missing", "evaluate @/w @/tiny.yaml --data @/good", says: "@/w: there is no such file"),
        BadCall(
            "weights broken", "evaluate @/tiny.yaml @/tiny.yaml --data @/good", says: "@/tiny.yaml", "safetensors"),
        BadCall(
            "weights of another network", "evaluate @/other.safetensors @/tiny.yaml --data @/good",
            says: "@/other.safetensors", "features.0.weight"),
    ]
}

@Suite struct BadInputTests {
    /// Creates the files of the calls once.
    private static let sandbox = Result { try makeSandbox() }

    private static func makeSandbox() throws -> Sandbox {
        let sandbox = try Sandbox()
        // Not the known data set's name, which would trigger a warning.
        try sandbox.write(
            Sandbox.tinyOnMadeUp, to: "tiny.yaml")
        try sandbox.write("a note", to: "folder/readme.txt")
        try sandbox.write("", to: "empty.yaml")
        try sandbox.write("network: [[1, 2]\n", to: "syntax.yaml")
        mkfifo(sandbox.file("pipe.yaml"), 0o600)
        try sandbox.write([0x80, 0xFF, 0x00, 0xFE], to: "bytes.yaml")
        try sandbox.write("training:\n  learning_rate: 0.1\n", to: "unknown.yaml")
        try sandbox.write("data:\n  batch_size: big\n", to: "type.yaml")
        try sandbox.write("training:\n  lr: -0.1\n", to: "range.yaml")
        let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
        try sandbox.write(
            [UInt8(header.utf8.count)] + .init(repeating: 0, count: 7) + header.utf8 + [0, 0, 0, 0],
            to: "other.safetensors")

        try sandbox.writeData(in: "good", count: 100)
        try sandbox.writeData(in: "part", replacing: ["t10k-labels-idx1-ubyte": nil])
        try sandbox.writeData(in: "hollow", replacing: ["train-labels-idx1-ubyte": []])
        // A gzip member that stores 28 bytes, without the last of them and its checksum.
        let cut: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1, 28, 0, 227, 255, 0, 0, 8, 1, 0, 0, 0, 20, 1, 2]
        try sandbox.writeData(
            in: "cut", replacing: ["t10k-labels-idx1-ubyte": nil, "t10k-labels-idx1-ubyte.gz": cut])
        let torn = cut.prefix(10) + [7, 28, 0, 0, 0]
        try sandbox.writeData(
            in: "torn", replacing: ["t10k-labels-idx1-ubyte": nil, "t10k-labels-idx1-ubyte.gz": Array(torn)])
        try sandbox.writeData(in: "magic", replacing: ["train-images-idx3-ubyte": Array("P5 28 28 255 and so on".utf8)])
        let fewer = [0, 0, 8, 1, 0, 0, 0, 19] + [UInt8](repeating: 1, count: 19)
        try sandbox.writeData(in: "count", replacing: ["train-labels-idx1-ubyte": fewer])
        let zeros = [0, 0, 8, 1, 0, 0, 0, 20] + [UInt8](repeating: 0, count: 20)
        try sandbox.writeData(
            in: "class", replacing: ["train-labels-idx1-ubyte": zeros, "t10k-labels-idx1-ubyte": zeros])
        return sandbox
    }

    @Test func `the line of a file is shown with a caret below the place`() throws {
        let sandbox = try Sandbox()
        try sandbox.write("name: a\ndescription: 図 \"a\" and\t1: b\n", to: "a.yaml")
        let ending = try Program.run("shapes", sandbox.file("a.yaml"))
        #expect(ending.status == 2)
        #expect(
            ending.complaint
                == #"""
                \#(sandbox.file("a.yaml")):2: a text with a colon needs quotes; write description: \#
                '図 "a" and\u{FFFD}1: b'
                  description: 図 "a" and\t1: b
                                            ^

                """#.replacing(#"\u{FFFD}"#, with: "\u{FFFD}"))
    }

    @Test(arguments: BadCall.data + BadCall.experiments + BadCall.usage)
    func `bad input ends with one sentence`(_ call: BadCall) throws {
        let folder = try Self.sandbox.get().path
        let arguments = call.arguments.map { $0.replacing("@", with: folder) }
        let ending = try Program(arguments, in: folder).end()
        #expect(ending.status == 2)
        #expect(ending.output.isEmpty)
        let sentence = ending.complaint
        // A sentence about a line of a file is followed by the line, with a caret below the place.
        let lines = sentence.contains(#/yaml:\d+: /#) ? 3 : 1
        #expect(sentence.hasSuffix("\n") && sentence.count { $0 == "\n" } == lines, "\(sentence)")
        #expect(sentence.count > 10)
        for name in call.names { #expect(sentence.contains(name.replacing("@", with: folder)), "\(sentence)") }
        for leak in ["Error", "Fatal", "Optional(", "Swift", "stack", "nil", "NS", ".swift"] {
            #expect(!sentence.replacing(folder, with: "").contains(leak), "\(sentence)")
        }
    }
}
