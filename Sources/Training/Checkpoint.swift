// Weights of a model in a safetensors file, named and laid out as PyTorch's torchvision has them.

public import Engine
internal import Safetensors

/// A checkpoint that cannot be written, read or used. `description` is one sentence for a person.
public struct CheckpointError: Error, CustomStringConvertible {
    /// One sentence for a person.
    public let description: String

    init(_ error: SafetensorsError) { description = error.description }
    init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }
}

/// Writes and reads a model's weights.
public enum Checkpoint {
    /// Writes every weight and bias, row-major; an earlier file stays until the new one is whole.
    ///
    /// - Parameter metadata: texts that go with them, such as the experiment's name.
    public static func save(
        _ model: some TrainableModel, to path: String, metadata: [String: String] = [:]
    ) throws(CheckpointError) {
        let tensors = model.parameters.map { parameter in
            TensorSource(parameter.name, shape: parameter.shape) { emit throws(SafetensorsError) in
                let lent = Result { () throws(EngineError) in
                    try model.withValue(of: parameter) { floats in
                        Result { () throws(SafetensorsError) in try emit(floats) }
                    }
                }
                switch lent {
                case .success(let written): try written.get()
                case .failure(let error): throw .unwritable(path: path, problem: error.description)
                }
            }
        }
        do {
            try SafetensorsWriter.write(to: path, tensors: tensors, metadata: metadata)
        } catch {
            throw CheckpointError(error)
        }
    }

    /// Reads every weight and bias into a model that has just these tensors; where they do not fit, it stays as it is.
    public static func load(_ path: String, into model: some TrainableModel) throws(CheckpointError) {
        let file: SafetensorsFile
        do {
            file = try SafetensorsFile(contentsOf: path)
        } catch {
            throw CheckpointError(error)
        }
        try check(file, fits: model)
        for parameter in model.parameters {
            let read = Result { () throws(SafetensorsError) in
                try file.withFloats(named: parameter.name) { floats in
                    Result { () throws(EngineError) in try model.setValue(of: parameter, to: floats) }
                }
            }
            switch read {
            case .failure(let error): throw CheckpointError(error)
            case .success(.failure(let error)): throw CheckpointError(path, error.description)
            case .success(.success): break
            }
        }
    }

    private static func check(_ file: SafetensorsFile, fits model: some TrainableModel) throws(CheckpointError) {
        for parameter in model.parameters {
            guard let tensor = file.tensors[parameter.name] else {
                throw CheckpointError(
                    file.path, "has no tensor \(parameter.name), which this experiment's network needs")
            }
            guard tensor.shape == parameter.shape else {
                throw CheckpointError(
                    file.path,
                    "\(parameter.name) has shape \(tensor.shape), but this experiment's network has \(parameter.shape)")
            }
            guard tensor.type == .f32 else {
                throw CheckpointError(
                    file.path,
                    "\(parameter.name) is of type \(tensor.type.rawValue), but only F32 can be used; "
                        + "convert it with .float() in PyTorch")
            }
        }
        let known = Set(model.parameters.map(\.name))
        if let extra = file.tensors.keys.filter({ !known.contains($0) }).min() {
            throw CheckpointError(
                file.path, "has a tensor that this experiment's network does not have: \(extra)")
        }
    }
}
