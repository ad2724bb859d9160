// Trained weights as files of their own: safetensors as they are, or an ONNX model that needs no vgglab to run.

package import Experiments
internal import Files
package import Safetensors

/// Writes trained weights for other programs. Numbers go from file to file a part at a time.
package enum WeightsExport {
    /// Copies a weights file.
    ///
    /// - Parameters:
    ///   - description: joins what the file says of itself.
    ///   - path: the file; its folder must exist.
    ///   - overwrite: whether it may take the place of a file that is there.
    /// - Throws: `ExportError` when the system refuses, or a file is there that must stay.
    package static func writeSafetensors(
        _ weights: SafetensorsFile, _ description: WeightsDescription, to path: String, overwrite: Bool = false
    ) throws(ExportError) {
        let tensors = weights.tensors.map { name, info in
            TensorSource(name, type: info.type, shape: info.shape) { emit throws(SafetensorsError) in
                try weights.readBytes(named: name, emit)
            }
        }
        do {
            let metadata = weights.metadata.merging(description.metadata) { $1 }
            try SafetensorsWriter.write(to: path, tensors: tensors, metadata: metadata, overwrite: overwrite)
        } catch {
            throw ExportError(error)
        }
    }

    /// Writes an ONNX model (opset 13) that takes images `[batch, C, side, side]`, values 0 to 1, and gives logits
    /// `[batch, classes]`.
    ///
    /// - Parameters:
    ///   - network: the network whose weights these are.
    ///   - description: what the model says of itself.
    ///   - path: the file; its folder must exist.
    ///   - overwrite: whether it may take the place of a file that is there.
    /// - Throws: `ExportError` when the weights are not the network's, the model would be beyond the 2 GiB that ONNX
    ///   can hold, the system refuses, or a file is there that must stay.
    package static func writeONNX(
        _ network: Network, weights: SafetensorsFile, _ description: WeightsDescription, to path: String,
        overwrite: Bool = false
    ) throws(ExportError) {
        let model = ONNXModel(network, description)
        try check(weights, fit: model)
        guard model.byteCount <= ONNXModel.maxBytes else {
            throw ExportError(
                path,
                "an ONNX model holds at most 2 GiB, and this one would have \(model.byteCount) bytes; "
                    + "export it as safetensors")
        }
        do throws(SafetensorsError) {
            var file = try withFiles { () throws(FileError) in try AtomicFile(path, replaces: overwrite) }
            try withFiles { () throws(FileError) in try file.append(model.head) }
            for initializer in model.initializers {
                try withFiles { () throws(FileError) in try file.append(initializer.head) }
                try weights.readBytes(named: initializer.name) { bytes throws(SafetensorsError) in
                    try withFiles { () throws(FileError) in try file.append(bytes) }
                }
            }
            try withFiles { () throws(FileError) in try file.commit() }
        } catch {
            throw ExportError(error)
        }
    }

    private static func check(_ weights: SafetensorsFile, fit model: ONNXModel) throws(ExportError) {
        for initializer in model.initializers {
            guard let tensor = weights.tensors[initializer.name] else {
                throw ExportError(weights.path, "has no tensor \(initializer.name), which the run's network needs")
            }
            guard tensor.type == .f32, tensor.shape == initializer.shape else {
                throw ExportError(
                    weights.path,
                    "\(initializer.name) is \(tensor.type.rawValue) of shape \(tensor.shape), but the run's network "
                        + "has F32 of shape \(initializer.shape)")
            }
        }
        let known = Set(model.initializers.map(\.name))
        if let extra = weights.tensors.keys.filter({ !known.contains($0) }).min() {
            throw ExportError(weights.path, "has a tensor that the run's network does not have: \(extra)")
        }
    }
}
