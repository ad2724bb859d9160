// Trained weights as separate files: a copy in safetensors, or an ONNX model that runs without vgglab.

package import Experiments
package import Files
package import Safetensors

/// Writes trained weights for other programs. Values are copied from file to file in parts.
package enum WeightsExport {
    /// Copies a weights file.
    ///
    /// - Parameters:
    ///   - description: added to the file's metadata.
    ///   - path: the file; its folder must exist.
    ///   - overwrite: whether to replace an existing file.
    /// - Throws: `FileError` if the system refuses, or if a file exists that must not be replaced.
    package static func writeSafetensors(
        _ weights: SafetensorsFile, _ description: WeightsDescription, to path: String, overwrite: Bool = false
    ) throws(FileError) {
        let tensors = weights.tensors.map { name, info in
            TensorSource(name, type: info.type, shape: info.shape) { emit throws(FileError) in
                try weights.readBytes(named: name, emit)
            }
        }
        let metadata = weights.metadata.merging(description.metadata) { $1 }
        try SafetensorsWriter.write(to: path, tensors: tensors, metadata: metadata, overwrite: overwrite)
    }

    /// Writes an ONNX model (opset 13) whose input is images `[batch, C, side, side]` with values from 0 to 1, and
    /// whose output is logits `[batch, classes]`.
    ///
    /// - Parameters:
    ///   - network: the network whose weights these are.
    ///   - description: the model's description.
    ///   - path: the file; its folder must exist.
    ///   - overwrite: whether to replace an existing file.
    /// - Throws: `FileError` if the weights are not the network's, if the model would exceed ONNX's limit of 2 GiB,
    ///   if the system refuses, or if a file exists that must not be replaced.
    package static func writeONNX(
        _ network: Network, weights: SafetensorsFile, _ description: WeightsDescription, to path: String,
        overwrite: Bool = false
    ) throws(FileError) {
        let model = ONNXModel(network, description)
        try check(weights, fit: model)
        guard model.byteCount <= ONNXModel.maxBytes else {
            throw FileError(
                path,
                "an ONNX model holds at most 2 GiB, and this one would have \(model.byteCount) bytes; "
                    + "export it as safetensors")
        }
        var file = try AtomicFile(path, replaces: overwrite)
        try file.append(model.head)
        for initializer in model.initializers {
            try file.append(initializer.head)
            try weights.readBytes(named: initializer.name) { bytes throws(FileError) in try file.append(bytes) }
        }
        try file.commit()
    }

    private static func check(_ weights: SafetensorsFile, fit model: ONNXModel) throws(FileError) {
        for initializer in model.initializers {
            guard let tensor = weights.tensors[initializer.name] else {
                throw FileError(weights.path, "has no tensor \(initializer.name), which the run's network needs")
            }
            guard tensor.type == .f32, tensor.shape == initializer.shape else {
                throw FileError(
                    weights.path,
                    "\(initializer.name) is \(tensor.type.rawValue) of shape \(tensor.shape), but the run's network "
                        + "has F32 of shape \(initializer.shape)")
            }
        }
        let known = Set(model.initializers.map(\.name))
        if let extra = weights.tensors.keys.filter({ !known.contains($0) }).min() {
            throw FileError(weights.path, "has a tensor that the run's network does not have: \(extra)")
        }
    }
}
