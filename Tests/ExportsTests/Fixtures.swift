// A small run to export.

import Experiments
import Files
import Foundation
import Safetensors

/// Returns a file's content.
func bytes(at path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

/// Two convolutions and two fully connected layers, three classes.
let tinyExperiment = Experiment(
    name: "tiny", network: NetworkRecipe(blocks: [Block(numConvs: 2, outChannels: 4)], ratio: 1, classifier: [5]),
    data: DataRecipe(resize: 8, batchSize: 2), training: TrainingRecipe(learningRate: 0.25, epochs: 2))

func tinyNetwork() throws -> Network { try tinyExperiment.network(numClasses: 3) }

/// Records with these events, one per second from 1000 on.
func records(_ events: [RunEvent], run: String = "r1") -> [RunRecord] {
    events.enumerated().map { RunRecord(run: run, sequence: $0, time: 1000 + Double($0), event: $1) }
}

func started(resumedStep: Int = 0) throws -> RunEvent {
    .runStarted(
        RunStarted(
            experiment: tinyExperiment, network: try tinyNetwork(), dataset: "d", trainExamples: 4, testExamples: 3,
            stepsPerEpoch: 2, threads: 1, machine: "m", engine: "e", predictedMemoryBytes: 7, resumedStep: resumedStep)
    )
}

func step(
    _ step: Int, loss: Double = 0.5, remaining: Double? = 2, gradientNorm: Double? = nil, deadShare: Double? = nil,
    layers: [LayerHealth] = []
) -> RunEvent {
    .progress(
        Progress(
            epoch: (step + 1) / 2, step: step, stepInEpoch: (step + 1) % 2 + 1, stepsPerEpoch: 2, loss: loss,
            meanLoss: 0.75, meanAccuracy: 0.25, examplesPerSecond: 8, elapsedSeconds: Double(step),
            remainingSeconds: remaining, gradientNorm: gradientNorm, deadShare: deadShare, layers: layers))
}

func epoch(_ epoch: Int, testAccuracy: Double = 0.125) -> RunEvent { .epochFinished(metrics(epoch, testAccuracy)) }

func metrics(_ epoch: Int, _ testAccuracy: Double = 0.125) -> EpochMetrics {
    EpochMetrics(
        epoch: epoch, step: 2 * epoch, trainLoss: 0.75, trainAccuracy: 0.25, testLoss: 1.5, testAccuracy: testAccuracy,
        examplesPerSecond: 8, stepExamplesPerSecond: 16, elapsedSeconds: 2, remainingSeconds: 3)
}

func finished(_ outcome: Outcome = .completed) -> RunEvent {
    .runFinished(
        RunSummary(
            outcome: outcome, step: 4, lastEpoch: nil, bestEpoch: nil, examplesPerSecond: 8,
            stepExamplesPerSecond: 16, elapsedSeconds: 9, peakMemoryBytes: 11))
}

/// Writes a weights file with these shapes; the values of each tensor count from 0.
func writeWeights(_ shapes: [String: [Int]], to path: String) throws -> SafetensorsFile {
    let tensors = shapes.map { name, shape in
        TensorSource(name, shape: shape) { emit throws(FileError) in
            let floats = (0..<shape.reduce(1, *)).map(Float.init)
            try floats.span.withUnsafeBufferPointer { floats throws(FileError) in try emit(floats) }
        }
    }
    try SafetensorsWriter.write(to: path, tensors: tensors, metadata: ["experiment": "tiny"])
    return try SafetensorsFile(contentsOf: path)
}

let tinyShapes = [
    "features.0.weight": [4, 1, 3, 3], "features.0.bias": [4], "features.2.weight": [4, 4, 3, 3],
    "features.2.bias": [4], "classifier.0.weight": [5, 64], "classifier.0.bias": [5], "classifier.3.weight": [3, 5],
    "classifier.3.bias": [3],
]
