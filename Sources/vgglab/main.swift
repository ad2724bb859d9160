import Engine
import Experiments
import Foundation

let args = CommandLine.arguments
let ratio = Int(args[1])!, side = Int(args[2])!, batch = Int(args[3])!, chunk = Int(args[4])!, threads = Int(args[5])!
let conv = EngineOptions.Convolution(rawValue: args[6])!
let e = Experiment(name: "x", network: NetworkRecipe(ratio: ratio, dropout: 0.5), data: DataRecipe(resize: side))
let n = try e.network(numClasses: 10)
let t0 = Date()
let m = try VGGModel(
    n, recipe: TrainingRecipe(), batchSize: batch, options: EngineOptions(convolution: conv, chunk: chunk),
    threads: threads)
print("init", Date().timeIntervalSince(t0))
var px = [Float](repeating: 0, count: batch * side * side)
for i in px.indices { px[i] = Float.random(in: 0..<1) }
let labels = (0..<batch).map { _ in Int32.random(in: 0..<10) }
var times: [Double] = []
for s in 0..<8 {
    let t = Date()
    let r = try px.withUnsafeBufferPointer { p in
        try labels.withUnsafeBufferPointer { try m.train(pixels: p.baseAddress!, labels: $0, step: s) }
    }
    times.append(Date().timeIntervalSince(t))
    print(s, r.lossSum / Double(batch), Double(batch) / times.last!)
}
let t = Date()
let r = try px.withUnsafeBufferPointer { p in
    try labels.withUnsafeBufferPointer { try m.evaluate(pixels: p.baseAddress!, labels: $0) }
}
print("eval", r, Double(batch) / Date().timeIntervalSince(t))
let t2 = Date()
_ = try px.withUnsafeBufferPointer { p in
    try labels.withUnsafeBufferPointer { try m.evaluate(pixels: p.baseAddress!, labels: $0) }
}
print("eval", r, Double(batch) / Date().timeIntervalSince(t2))
print(
    try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n").filter {
        $0.hasPrefix("VmHWM")
    })
