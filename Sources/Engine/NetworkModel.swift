// The engine's interface to the training loop: a compiled network. Not Sendable; it stays on the thread that created
// it.

package import Experiments
package import MemoryUse
package import Model
internal import OneDNN

/// A network on the CPU, computed with oneDNN.
package final class NetworkModel: TrainableModel {
    package let network: Network
    let layers: [Layer]
    /// Images that pass through the convolutional part together.
    package let chunk: Int
    private let threads: Int
    package let recipe: TrainingRecipe
    private let options: EngineOptions
    private let device: Device
    private var layouts = ParameterLayouts()
    private let tensors: Parameters
    private let convolutions: String
    /// The precision in use: the recipe's if the processor supports it.
    package let precision: TrainingRecipe.Precision
    private let buffers: Buffers
    private let state = StepState()
    private var trainingPrograms: [Int: Program] = [:]
    private var evaluationPrograms: [Int: Program] = [:]

    /// Compiles a step for `batchSize` images and draws initial weights from the recipe's seed.
    ///
    /// - Parameters:
    ///   - batchSize: images per step; other sizes work too and are compiled on first use.
    ///   - threads: number of compute threads for work started from the calling thread.
    package init(
        _ network: Network, recipe: TrainingRecipe, batchSize: Int, options: EngineOptions = EngineOptions(),
        threads: Int
    ) throws(ModelError) {
        self.network = network
        self.threads = threads
        self.recipe = recipe
        self.options = options
        layers = network.layers
        precision = ProcessorTraits.current.precisions.contains(recipe.precision) ? recipe.precision : .float32
        chunk = options.chunk.map { min($0, batchSize) } ?? network.chunkSize(batchSize: batchSize, threads: threads)
        do throws(OneDNNError) {
            device = try Device(threads: threads)
            buffers = Buffers(on: device)
            let plan = try BatchPlan(
                layers, batch: batchSize, chunk: chunk, threads: threads, purpose: .training,
                convolution: options.convolution, precision: precision, layouts: &layouts, on: device)
            convolutions = plan.convolutionSummary
            tensors = try Parameters(layers, layouts: layouts, recipe: recipe, on: device)
            trainingPrograms[batchSize] = try .training(
                plan, recipe: recipe, state: state,
                builder: ProgramBuilder(
                    device: device, parameters: tensors, buffers: buffers, scratchpadBytes: plan.scratchpadBytes))
        } catch {
            throw ModelError(error)
        }
        state.labelSmoothing = recipe.labelSmoothing
        try initializeParameters()
    }

    package func train(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int, learningRate: Double,
        isProfiled: Bool = false, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ModelError) -> BatchResult? {
        let program = try trainingProgram(labels.count)
        tensors.hold(averages: false)
        state.learningRate = learningRate
        var profile = isProfiled ? StepProfile() : nil
        var isCut = false
        var result = try run(program, pixels, labels, step: step) { phase throws(OneDNNError) in
            isCut = isCut || isCancelled()
            if isCut { return }
            // The last phase changes parameters; once started, it is completed.
            let isUpdate = phase.isUpdate
            let runOperation = { (operation: Operation) throws(OneDNNError) in
                if isUpdate || !isCancelled() { try operation.run() }
            }
            if profile == nil { try phase.run(runOperation) } else { try profile?.run(phase, runOperation) }
        }
        result.profile = profile?.times ?? []
        return isCut ? nil : result
    }

    package func evaluate(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
    ) throws(ModelError) -> BatchResult {
        tensors.hold(averages: true)
        return try run(evaluationProgram(labels.count), pixels, labels, step: 0)
    }

    package func predict(pixels: UnsafeBufferPointer<Float>) throws(ModelError) -> [Float] {
        let count = pixels.count / (network.inputChannels * network.inputSide * network.inputSide)
        let labels = [Int32](repeating: 0, count: count)
        let program = try evaluationProgram(count)
        tensors.hold(averages: true)
        try labels.withUnsafeBufferPointer { labels throws(ModelError) in
            _ = try run(program, pixels, labels, step: 0)
        }
        return softmax(logits: state.logits, numClasses: network.numClasses)
    }

    private func run(
        _ program: Program, _ pixels: UnsafeBufferPointer<Float>, _ labels: UnsafeBufferPointer<Int32>, step: Int,
        _ runPhase: (Phase) throws(OneDNNError) -> Void = { phase throws(OneDNNError) in
            try phase.run { operation throws(OneDNNError) in try operation.run() }
        }
    ) throws(ModelError) -> BatchResult {
        let side = network.inputSide
        guard pixels.count == labels.count * network.inputChannels * side * side, let base = pixels.baseAddress else {
            preconditionFailure("pixels must be [N, C, H, W] for the N labels")
        }
        precondition(labels.allSatisfy { $0 >= 0 && $0 < network.numClasses }, "labels must be classes")
        state.labels = labels
        state.step = step
        (state.gradientNorm, state.deadShare, state.layers) = (nil, nil, [])
        try engineErrors { () throws(OneDNNError) in
            try device.requireMemory(for: "a step")
            try program.move(to: base)
            for phase in program.phases { try runPhase(phase) }
        }
        return BatchResult(
            lossSum: state.lossSum, correct: state.correct, examples: labels.count,
            gradientNorm: state.gradientNorm, deadShare: state.deadShare, layers: state.layers)
    }

    private func trainingProgram(_ batch: Int) throws(ModelError) -> Program {
        if let program = trainingPrograms[batch] { return program }
        let program = try compile(batch, .training) { plan, builder throws(OneDNNError) in
            try .training(plan, recipe: recipe, state: state, builder: builder)
        }
        trainingPrograms[batch] = program
        return program
    }

    private func evaluationProgram(_ batch: Int) throws(ModelError) -> Program {
        if let program = evaluationPrograms[batch] { return program }
        let program = try compile(batch, .inference) { plan, builder throws(OneDNNError) in
            try .evaluation(plan, state: state, builder: builder)
        }
        evaluationPrograms[batch] = program
        return program
    }

    private func compile(
        _ batch: Int, _ purpose: Purpose, _ write: (BatchPlan, ProgramBuilder) throws(OneDNNError) -> Program
    ) throws(ModelError) -> Program {
        try engineErrors { () throws(OneDNNError) in
            let plan = try BatchPlan(
                layers, batch: batch, chunk: chunk, threads: threads, purpose: purpose,
                convolution: options.convolution, precision: precision, layouts: &layouts, on: device)
            let builder = ProgramBuilder(
                device: device, parameters: tensors, buffers: buffers, scratchpadBytes: plan.scratchpadBytes)
            return try write(plan, builder)
        }
    }

    /// The memory of its buffers.
    package var memory: MemoryAccount? { device.memory }

    package var parameters: [ModelTensor] { tensors.all.map(\.info) }

    /// SGD with momentum has one velocity per parameter, with the parameter's name; Adam has two running means per
    /// parameter and the number of updates. If the weights are averaged, `parameters` are the averages and the weights
    /// in training are part of this state.
    package var optimizerState: [ModelTensor] {
        tensors.all.flatMap { $0.states.map(\.info) }
            + (recipe.optimizer == .sgd && recipe.ema == nil ? [] : [Self.updates])
    }

    private static let updates = ModelTensor(role: .optimizerState, name: "step", shape: [1])

    package var statistics: [ModelTensor] { tensors.statistics.flatMap(\.infos) }

    /// The memory of a statistic, row-major.
    private func statistic(_ tensor: ModelTensor) -> Memory? { tensors.statistics.lazy.compactMap { $0[tensor] }.first }

    package func withValues<Result>(
        of tensor: ModelTensor, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(ModelError) -> Result {
        if let memory = statistic(tensor) {
            return body(UnsafeBufferPointer(rebasing: memory.floats.prefix(tensor.count)))
        }
        if tensor == Self.updates {
            return withUnsafePointer(to: Float(tensors.updates)) { body(.init(start: $0, count: 1)) }
        }
        tensors.hold(averages: false)
        let (parameter, memory) = tensors[tensor]
        try engineErrors { () throws(OneDNNError) in
            try copy(from: memory, to: rowMajorMemory(at: parameter.gradient.base, like: parameter))
        }
        return body(UnsafeBufferPointer(rebasing: parameter.gradient.floats.prefix(tensor.count)))
    }

    package func setValues(of tensor: ModelTensor, to values: UnsafeBufferPointer<Float>) throws(ModelError) {
        guard values.count == tensor.count, let base = values.baseAddress else {
            throw ModelError.wrongSize(tensor: tensor.name, expected: tensor.count, got: values.count)
        }
        if let memory = statistic(tensor) {
            _ = memory.floats.update(fromContentsOf: values)
            return
        }
        if tensor == Self.updates { return tensors.updates = max(Int(exactly: values[0]) ?? 0, 0) }
        tensors.hold(averages: false)
        let (parameter, memory) = tensors[tensor]
        try engineErrors { () throws(OneDNNError) in
            let source = try rowMajorMemory(at: UnsafeMutableRawPointer(mutating: base), like: parameter)
            try copy(from: source, to: memory)
            if tensor == parameter.info, parameter.average != nil { try copy(from: source, to: parameter.value) }
        }
    }

    /// Returns a copy of a tensor's values, row-major.
    package func value(of parameter: ModelTensor) throws(ModelError) -> [Float] {
        try withValues(of: parameter) { Array($0) }
    }

    /// Returns a parameter's gradient from the last training step, row-major; it is lost when values are read or set.
    package func gradient(of parameter: ModelTensor) throws(ModelError) -> [Float] {
        let (tensor, _) = tensors[parameter]
        return try engineErrors { () throws(OneDNNError) in
            let rowMajor = try Memory(Descriptor(rowMajor: tensor.value.descriptor.shape), on: device)
            try copy(from: tensor.gradient, to: rowMajor)
            return withExtendedLifetime(rowMajor) { Array(rowMajor.floats.prefix(parameter.count)) }
        }
    }

    /// Row-major memory for a parameter. Between steps, the gradient's memory is free, so weights are read and written
    /// without another copy in memory.
    private func rowMajorMemory(
        at base: UnsafeMutableRawPointer, like tensor: Parameter
    ) throws(OneDNNError) -> Memory {
        try Memory(Descriptor(rowMajor: tensor.value.descriptor.shape), at: base, on: device)
    }

    /// Draws a parameter's values, row-major.
    func draw(_ parameter: ModelTensor, _ spread: Spread, random: CounterRandom) throws(ModelError) {
        let gradient = tensors[parameter].parameter.gradient.floats
        let numbers = UnsafeMutableBufferPointer(rebasing: gradient.prefix(parameter.count))
        switch spread {
        case .uniform(let bound): fillUniform(numbers, bound: bound, random: random)
        case .normal(let deviation): fillNormal(numbers, deviation: deviation, random: random)
        }
        try setValues(of: parameter, to: UnsafeBufferPointer(numbers))
    }

    private func copy(from source: Memory, to destination: Memory) throws(OneDNNError) {
        let reorder = try Primitive.reorder(from: source.descriptor, to: destination.descriptor, on: device)
        var arguments: [Argument: Memory] = [.source: source, .destination: destination]
        if let scratchpad = reorder.wants(.scratchpad, shape: []) {
            arguments[.scratchpad] = try Memory(scratchpad, on: device)
        }
        try reorder.call(arguments, on: device).run()
    }

    package var summary: String {
        let isExact = recipe.precision == precision
        return "oneDNN \(Device.version), \(Device.instructionSet), convolutions \(convolutions), chunks of \(chunk)"
            + (isExact ? "" : ", in float32, as this processor has no \(recipe.precision.rawValue)")
    }
}

/// Converts the library's errors.
private func engineErrors<Result>(_ body: () throws(OneDNNError) -> Result) throws(ModelError) -> Result {
    do {
        return try body()
    } catch {
        throw ModelError(error)
    }
}

extension ModelError {
    init(_ error: OneDNNError) {
        self = error.isOutOfMemory ? .outOfMemory(error.description) : .backend(error.description)
    }
}
