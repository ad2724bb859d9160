// A model's numbers as tensors of safetensors files, named and laid out as PyTorch's torchvision has them.

package import Engine
package import Safetensors

/// A file whose tensors a model cannot take, or cannot give. `description` is one sentence.
package struct ModelTensorsError: Error, CustomStringConvertible {
    package let description: String

    init(_ error: SafetensorsError) { description = error.description }
    init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }
}

extension TrainableModel {
    /// Every weight and bias, to be written between steps.
    package var weightSources: [TensorSource] {
        parameters.map { parameter in
            source(parameter) { body throws(EngineError) in try withValue(of: parameter, body) }
        }
    }

    /// What the optimizer has beside them, to be written between steps; empty without momentum.
    package var optimizerSources: [TensorSource] {
        velocities.map { parameter in
            source(parameter) { body throws(EngineError) in try withVelocity(of: parameter, body) }
        }
    }

    private func source(
        _ parameter: ParameterInfo,
        _ lend:
            @escaping (
                (UnsafeBufferPointer<Float>) -> Result<Void, SafetensorsError>
            ) throws(EngineError) -> Result<Void, SafetensorsError>
    ) -> TensorSource {
        TensorSource(parameter.name, shape: parameter.shape) { emit throws(SafetensorsError) in
            let lent = Result { () throws(EngineError) in
                try lend { floats in Result { () throws(SafetensorsError) in try emit(floats) } }
            }
            switch lent {
            case .success(let written): try written.get()
            case .failure(let error): throw .unwritable(path: parameter.name, problem: error.description)
            }
        }
    }

    /// Writes every weight and bias, row-major; an earlier file stays until the new one is whole.
    ///
    /// - Parameter metadata: texts that go with them, such as the experiment's name.
    package func saveWeights(
        to path: String, metadata: [String: String] = [:]
    ) throws(ModelTensorsError) {
        do {
            try SafetensorsWriter.write(to: path, tensors: weightSources, metadata: metadata)
        } catch {
            throw ModelTensorsError(error)
        }
    }

    /// Takes every weight and bias from a file that has just these tensors; where they do not fit, or are not finite, all
    /// stays as it is.
    package func loadWeights(_ path: String) throws(ModelTensorsError) {
        try load(path, parameters) { parameter, floats throws(EngineError) in
            try setValue(of: parameter, to: floats)
        }
    }

    /// Takes the optimizer's numbers from a file that has just these tensors; where they do not fit, all stays.
    package func loadOptimizer(_ path: String) throws(ModelTensorsError) {
        try load(path, velocities) { parameter, floats throws(EngineError) in
            try setVelocity(of: parameter, to: floats)
        }
    }

    /// The first number in which a checkpoint's files differ from the model, read between steps; `nil` where all are the
    /// same to the bit.
    ///
    /// - Parameters:
    ///   - weights: a file of weights and biases.
    ///   - optimizer: a file of the optimizer's numbers; `nil` for none.
    /// - Returns: the tensor and its place, such as `classifier.0.weight[3, 17] was 0.5 and is 0.25 now`, or what is wrong
    ///   with a file.
    package func difference(fromWeights weights: String, optimizer: String?) -> String? {
        if let difference = difference(
            from: weights, parameters, { parameter, body throws(EngineError) in try withValue(of: parameter, body) })
        {
            return difference
        }
        guard let optimizer else {
            return velocities.isEmpty ? nil : "\(weights): the optimizer's numbers are missing beside it"
        }
        return difference(
            from: optimizer, velocities,
            { parameter, body throws(EngineError) in try withVelocity(of: parameter, body) }
        ).map { "momentum of \($0)" }
    }

    private func difference(
        from path: String, _ wanted: [ParameterInfo],
        _ lend: (ParameterInfo, (UnsafeBufferPointer<Float>) -> String?) throws(EngineError) -> String?
    ) -> String? {
        do {
            let file = try SafetensorsFile(contentsOf: path)
            try file.check(has: wanted)
            for parameter in wanted {
                let difference = try file.withFloats(named: parameter.name) { then in
                    Result { () throws(EngineError) in
                        try lend(parameter) { now in parameter.difference(between: then, and: now) }
                    }
                }
                if let difference = try difference.get() { return difference }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func load(
        _ path: String, _ wanted: [ParameterInfo],
        _ set: (ParameterInfo, UnsafeBufferPointer<Float>) throws(EngineError) -> Void
    ) throws(ModelTensorsError) {
        let file: SafetensorsFile
        do {
            file = try SafetensorsFile(contentsOf: path)
        } catch {
            throw ModelTensorsError(error)
        }
        try file.check(has: wanted)
        do {
            try file.checkFinite(wanted.map(\.name))
        } catch {
            throw ModelTensorsError(error)
        }
        for parameter in wanted {
            let read = Result { () throws(SafetensorsError) in
                try file.withFloats(named: parameter.name) { floats in
                    Result { () throws(EngineError) in try set(parameter, floats) }
                }
            }
            switch read {
            case .failure(let error): throw ModelTensorsError(error)
            case .success(.failure(let error)): throw ModelTensorsError(path, error.description)
            case .success(.success): break
            }
        }
    }
}

extension ParameterInfo {
    /// The first place where two tensors of this shape have other bits, with what is there.
    fileprivate func difference(
        between then: UnsafeBufferPointer<Float>, and now: UnsafeBufferPointer<Float>
    ) -> String? {
        guard let place = then.indices.first(where: { then[$0].bitPattern != now[$0].bitPattern }) else { return nil }
        var (rest, indices) = (place, [Int]())
        for side in shape.reversed() {
            indices.insert(rest % side, at: 0)
            rest /= side
        }
        return "\(name)\(indices) was \(then[place]) and is \(now[place]) now"
    }
}

extension SafetensorsFile {
    /// - Throws: what tells these tensors from the file's.
    fileprivate func check(has wanted: [ParameterInfo]) throws(ModelTensorsError) {
        for parameter in wanted {
            guard let tensor = tensors[parameter.name] else {
                throw ModelTensorsError(
                    path, "has no tensor \(parameter.name), which this experiment's network needs")
            }
            guard tensor.shape == parameter.shape else {
                throw ModelTensorsError(
                    path,
                    "\(parameter.name) has shape \(tensor.shape), but this experiment's network has \(parameter.shape)")
            }
            guard tensor.type == .f32 else {
                throw ModelTensorsError(
                    path,
                    "\(parameter.name) is of type \(tensor.type.rawValue), but only F32 can be used; "
                        + "convert it with .float() in PyTorch")
            }
        }
        let known = Set(wanted.map(\.name))
        if let extra = tensors.keys.filter({ !known.contains($0) }).min() {
            throw ModelTensorsError(path, "has a tensor that this experiment's network does not have: \(extra)")
        }
    }
}
