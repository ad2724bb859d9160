// Networks and images other than VGG on grey images, through the whole program.

import Foundation
import Testing

@Suite struct NetworkKindsTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    /// A data set of `count` colour images of 12 × 12, whose class decides which channel is bright.
    private func writeColorData(in folder: String, count: Int = 40) throws {
        let labels = (0..<count).map { UInt8($0 % 3) }
        let pixels = labels.enumerated().flatMap { index, label in
            (0..<144 * 3).map { place -> UInt8 in
                let noise = UInt8((index * 31 + place * 17) % 90)
                return place % 3 == Int(label) ? 160 + noise : noise
            }
        }
        let images = [0, 0, 8, 4, 0, 0, 0, UInt8(count), 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 3] + pixels
        let classes = [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + labels
        for half in ["train", "t10k"] {
            try sandbox.write(images, to: "\(folder)/\(half)-images-idx4-ubyte")
            try sandbox.write(classes, to: "\(folder)/\(half)-labels-idx1-ubyte")
        }
    }

    @Test func `colour images are trained on, evaluated and exported like grey ones`() throws {
        try writeColorData(in: "colours")
        let data = ["--data", sandbox.file("colours")]
        let recipe = """
            network:
              layers: [conv: {channels: 8, padding: 1}, batch_norm, relu, global_avg_pool, flatten, linear: classes]
            data: { dataset: colours, resize: 12, batch_size: 8, normalize: mean_std, flip: true }
            training: { epochs: 6, lr: 0.3, ema: 0.9 }

            """
        try sandbox.write(recipe, to: "colours.yaml")
        let file = sandbox.file("colours.yaml")
        let (runs, weights) = (["--runs", sandbox.file("runs")], sandbox.file("w.safetensors"))
        let shapes = try Program(["shapes", file] + data).end()
        #expect(shapes.output.contains("8 × 12 × 12") && shapes.status == 0, "\(shapes.complaint)")
        let shown = try Program(["data", "--dataset", "colours"] + data).end()
        #expect(shown.output.contains("colour images of 12 × 12, 3 classes"))
        let run = try Program([file, "--quiet", "--save", weights] + data + runs).end()
        #expect(run.status == 0, "\(run.complaint)")
        let row = try Program(["show", "last", "--json"] + runs).end().object()
        let accuracy = try #require(row["best_accuracy"] as? Double)
        #expect(accuracy > 0.9)
        let verified = try Program(["verify", "last", "--quiet"] + data + runs).end()
        #expect(verified.status == 0, "\(verified.output)\(verified.complaint)")
        for format in ["onnx", "safetensors"] {
            let out = sandbox.file("w.\(format).best")
            let export = try Program(["export", "last", "--format", format, "--out", out] + runs).end()
            #expect(export.status == 0, "\(export.complaint)")
            let text = String(decoding: try Data(contentsOf: URL(filePath: out)), as: UTF8.self)
            #expect(text.contains("red, green and blue") && text.contains("(pixel - mean) / std"))
        }
        // The best weights are the averaged ones, which the run evaluated.
        let best = sandbox.file("w.safetensors.best")
        let evaluation = try Program(["evaluate", best, file, "--json"] + data).end().object()
        #expect(evaluation["accuracy"] as? Double == accuracy)
    }

    @Test(.enabled(if: hasData), arguments: ["lenet", "lenet-bn", "mlp"])
    func `a named network is exported with the classes of its run`(variant: String) throws {
        let runs = ["--runs", sandbox.file("runs")]
        try sandbox.write(
            "network: { variant: \(variant) }\ndata: { resize: 28, limit_train: 64, limit_test: 20, batch_size: 32 }\n"
                + "training: { epochs: 1 }\n", to: "a.yaml")
        let run = try Program([sandbox.file("a.yaml"), "--quiet"] + runs).end()
        #expect(run.status == 0, "\(run.complaint)")
        for format in ["onnx", "safetensors"] {
            let out = sandbox.file("a.\(format)")
            let export = try Program(["export", "last", "--format", format, "--out", out] + runs).end()
            #expect(export.status == 0, "\(export.complaint)")
        }
        let evaluation = try Program.run("evaluate", sandbox.file("a.safetensors"), sandbox.file("a.yaml"), "--json")
        #expect(try evaluation.object()["examples"] as? Int == 20, "\(evaluation.complaint)")
    }

    @Test(.enabled(if: hasData)) func `test-time augmentation averages over views`() throws {
        let weights = sandbox.file("a.safetensors")
        #expect(try Program.run(sandbox.tiny, "--quiet", "--save", weights).status == 0)
        func evaluate(_ views: String...) throws -> [String: Any] {
            let ending = try Program(["evaluate", weights, sandbox.tiny, "--json"] + views).end()
            #expect(ending.status == 0, "\(ending.complaint)")
            return try ending.object()
        }
        let plain = try evaluate()
        let flipped = try evaluate("--tta", "flip")
        let both = try evaluate("--tta", "flip,shift")
        let losses = try [plain, flipped, both].map { try #require($0["loss"] as? Double) }
        #expect(Set(losses).count == 3)
        #expect(both["examples"] as? Int == 100)
        let wrong = try Program.run("evaluate", weights, sandbox.tiny, "--tta", "rotate")
        #expect(wrong.status != 0 && wrong.complaint.contains("rotate"))
    }
}
