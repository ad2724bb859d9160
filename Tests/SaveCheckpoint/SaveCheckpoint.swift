// A process that saves one checkpoint and does nothing else, on one thread, so that a test can kill it at, or fail, any
// of its system calls: SaveCheckpoint FOLDER STEP. If the checkpoint cannot be saved, it prints a sentence and exits
// with status 1.

import Checkpoints
import Experiments
import Files
import Glibc
import Safetensors

@main
enum SaveCheckpoint {
    static func main() {
        guard CommandLine.arguments.count == 3, let step = Int(CommandLine.arguments[2]) else { exit(2) }
        let folder = CheckpointFolder(CommandLine.arguments[1])
        // More than one write call can take, so that a file can end in the middle.
        let values = [Float](repeating: Float(step), count: 1 << 16)
        let tensors = ["a.weight", "b.weight"].map { name in
            TensorSource(name, shape: [values.count]) { emit throws(FileError) in
                for start in stride(from: 0, to: values.count, by: 1 << 14) {
                    try values[start..<start + 1 << 14].withUnsafeBufferPointer {
                        part throws(FileError) in try emit(part)
                    }
                }
            }
        }
        let position = RunPosition(step: step, epoch: 1, stepInEpoch: step)
        do throws(FileError) {
            try folder.write(position, weights: tensors, optimizer: tensors).commit()
        } catch {
            print(error.description)
            exit(1)
        }
    }
}
