// A model's tensors in safetensors files, with the names and layouts of PyTorch's torchvision.

package import Files
package import Model
package import Safetensors

extension TrainableModel {
    /// The trained network's tensors, to be written between steps.
    package var weightSources: [TensorSource] { weights.map(source) }

    /// The optimizer's state, to be written between steps; empty if it has none.
    package var optimizerSources: [TensorSource] { optimizerState.map(source) }

    private func source(_ tensor: ModelTensor) -> TensorSource {
        TensorSource(tensor.name, shape: tensor.shape) { emit throws(FileError) in
            let lent = Result { () throws(ModelError) in
                try withValues(of: tensor) { floats in Result { () throws(FileError) in try emit(floats) } }
            }
            switch lent {
            case .success(let written): try written.get()
            case .failure(let error): throw FileError(tensor.name, "cannot be written: \(error)")
            }
        }
    }

    /// Writes all weights and biases, row-major; an existing file stays until the new one is complete.
    ///
    /// - Parameter metadata: texts stored in the file, such as the experiment's name.
    package func saveWeights(
        to path: String, metadata: [String: String] = [:]
    ) throws(FileError) {
        try SafetensorsWriter.write(to: path, tensors: weightSources, metadata: metadata)
    }

    /// Loads all weights and biases from a file that must have exactly these tensors. If they do not match, or are not
    /// finite, the model stays unchanged.
    package func loadWeights(_ path: String) throws(FileError) {
        try load(weights, from: path)
    }

    /// Loads the layers of a file into the layers of the model with the same shapes: each layer of the file, in order, into
    /// the next one that fits. All others stay as they are.
    ///
    /// **Source**: Simonyan & Zisserman, 2015, section 3.1, where deeper networks start with layers of a shallower one.
    ///
    /// - Returns: the number of layers loaded and that of all layers with weights.
    /// - Throws: `FileError` if not even the first layer of the file fits.
    package func loadFittingLayers(_ path: String) throws(FileError) -> (loaded: Int, all: Int) {
        let file = try SafetensorsFile(contentsOf: path)
        try file.checkFinite(file.tensors.keys.sorted())
        let own = weights.layers
        let others = file.layers
        var rest = own[...]
        var (loaded, isFirst) = (0, true)
        for other in others {
            guard let place = rest.firstIndex(where: { $0.hasShapes(of: other) }) else {
                if isFirst {
                    throw FileError(
                        path, "no layer of this experiment's network has the shape of its first one")
                }
                continue
            }
            isFirst = false
            for (tensor, name) in zip(rest[place].tensors, other.tensors.map(\.name)) {
                try load(tensor, from: name, of: file)
            }
            loaded += 1
            rest = rest[(place + 1)...]
        }
        return (loaded, own.count)
    }

    /// Loads the optimizer's state from a file that must have exactly these tensors. If they do not match, the state
    /// stays unchanged.
    package func loadOptimizer(_ path: String) throws(FileError) { try load(optimizerState, from: path) }

    /// Finds the first value in which a checkpoint's files differ from the model, between steps; `nil` if everything is
    /// bit-identical.
    ///
    /// - Parameters:
    ///   - weights: a file of weights and biases.
    ///   - optimizer: a file of the optimizer's state; `nil` for none.
    /// - Returns: the tensor and its position, such as `classifier.0.weight[3, 17] was 0.5 and is 0.25 now`, or what
    ///   is wrong with a file.
    package func difference(fromWeights weights: String, optimizer: String?) -> String? {
        if let difference = difference(of: self.weights, from: weights) { return difference }
        guard let optimizer else {
            return optimizerState.isEmpty ? nil : "\(weights): the optimizer's state is missing beside it"
        }
        return difference(of: optimizerState, from: optimizer).map { "optimizer state \($0)" }
    }

    private func difference(of wanted: [ModelTensor], from path: String) -> String? {
        do {
            let file = try SafetensorsFile(contentsOf: path)
            try file.check(has: wanted)
            for tensor in wanted {
                let difference = try file.withFloats(named: tensor.name) { then in
                    Result { () throws(ModelError) in
                        try withValues(of: tensor) { now in tensor.difference(between: then, and: now) }
                    }
                }
                if let difference = try difference.get() { return difference }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func load(_ wanted: [ModelTensor], from path: String) throws(FileError) {
        let file = try SafetensorsFile(contentsOf: path)
        try file.check(has: wanted)
        try file.checkFinite(wanted.map(\.name))
        for tensor in wanted { try load(tensor, from: tensor.name, of: file) }
    }

    private func load(_ tensor: ModelTensor, from name: String, of file: SafetensorsFile) throws(FileError) {
        let loaded = try file.withFloats(named: name) { floats in
            Result { () throws(ModelError) in try setValues(of: tensor, to: floats) }
        }
        do { try loaded.get() } catch { throw FileError(file.path, error.description) }
    }
}

extension ModelTensor {
    /// Returns the first element whose bits differ, with both values.
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
    /// - Throws: `FileError` with the first tensor that does not match the file's.
    fileprivate func check(has wanted: [ModelTensor]) throws(FileError) {
        for parameter in wanted {
            guard let tensor = tensors[parameter.name] else {
                throw FileError(
                    path, "has no tensor \(parameter.name), which this experiment's network needs")
            }
            guard tensor.shape == parameter.shape else {
                throw FileError(
                    path,
                    "\(parameter.name) has shape \(tensor.shape), but this experiment's network has \(parameter.shape)")
            }
            guard tensor.type == .f32 else {
                throw FileError(
                    path,
                    "\(parameter.name) is of type \(tensor.type.rawValue), but only F32 can be used; "
                        + "convert it with .float() in PyTorch")
            }
        }
        // PyTorch's batch normalization counts its batches, which affects no result.
        let known = Set(wanted.map(\.name))
        if let extra = tensors.keys.filter({ !known.contains($0) && !$0.hasSuffix(".num_batches_tracked") }).min() {
            throw FileError(path, "has a tensor that this experiment's network does not have: \(extra)")
        }
    }
}

/// The tensors of a layer, ordered by name.
private struct LayerTensors {
    var tensors: [ModelTensor]

    func hasShapes(of other: LayerTensors) -> Bool {
        tensors.map { [$0.suffix] + $0.shape.map(String.init) }
            == other.tensors.map { [$0.suffix] + $0.shape.map(String.init) }
    }
}

extension ModelTensor {
    /// The layer's name and the rest, as in `features.0` and `weight`.
    fileprivate var parts: (layer: Substring, suffix: Substring) {
        let dot = name.lastIndex(of: ".") ?? name.startIndex
        return (name[..<dot], name[dot...])
    }
    fileprivate var suffix: String { String(parts.suffix) }
}

extension [ModelTensor] {
    /// The tensors of each layer, in the order of the layers.
    fileprivate var layers: [LayerTensors] {
        var (names, layers): ([Substring], [Substring: [ModelTensor]]) = ([], [:])
        for tensor in self {
            if layers[tensor.parts.layer] == nil { names.append(tensor.parts.layer) }
            layers[tensor.parts.layer, default: []].append(tensor)
        }
        return names.map { name in LayerTensors(tensors: (layers[name] ?? []).sorted { $0.name < $1.name }) }
    }
}

extension SafetensorsFile {
    /// The tensors of each layer, in the order of torchvision's names: features before classifier, then by number.
    fileprivate var layers: [LayerTensors] {
        func key(_ name: Substring) -> (Int, Int) {
            (name.hasPrefix("features") ? 0 : 1, name.split(separator: ".").last.flatMap { Int($0) } ?? 0)
        }
        return tensors.map { ModelTensor(role: .parameter, name: $0.key, shape: $0.value.shape) }
            .sorted { key($0.parts.layer) < key($1.parts.layer) }.layers
    }
}
