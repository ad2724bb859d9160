// A network that can step: the engine's face to the training loop. Not Sendable; it lives on the thread that made it.

package import Experiments
package import MemoryUse
internal import OneDNN

/// A VGG network on the CPU, through oneDNN.
package final class VGGModel: TrainableModel {
    package let network: Network
    private let layers: [Layer]
    /// Images that go through the convolutional part together.
    package let chunk: Int
    private let threads: Int
    private let recipe: TrainingRecipe
    private let options: EngineOptions
    private let device: Device
    private var layouts = ParameterLayouts()
    private let tensors: Parameters
    private let convolutions: String
    /// What is computed with: the recipe's precision where the processor has it.
    package let precision: TrainingRecipe.Precision
    private let buffers: Buffers
    private let state = StepState()
    private var trainingPrograms: [Int: Program] = [:]
    private var evaluationPrograms: [Int: Program] = [:]
    /// Called once, with the time of each pass in the next training step.
    package var onNextProfile: (([PassTime]) -> Void)?

    /// Compiles a step for `batchSize` images and draws initial weights: Xavier-uniform, with PyTorch's default
    /// biases, from the recipe's seed.
    ///
    /// - Parameters:
    ///   - batchSize: images in a step; other sizes work too and are compiled when they come.
    ///   - threads: threads that compute, for work started from the calling thread.
    package init(
        _ network: Network, recipe: TrainingRecipe, batchSize: Int, options: EngineOptions = EngineOptions(),
        threads: Int
    ) throws(EngineError) {
        self.network = network
        self.threads = threads
        self.recipe = recipe
        self.options = options
        layers = network.layers
        precision = Self.computes(in: recipe.precision) ? recipe.precision : .float32
        chunk = options.chunk.map { min($0, batchSize) } ?? network.chunkSize(batchSize: batchSize, threads: threads)
        do throws(OneDNNError) {
            device = try Device(threads: threads)
            buffers = Buffers(on: device)
            let plan = try BatchPlan(
                layers, batch: batchSize, chunk: chunk, threads: threads, purpose: .training,
                convolution: options.convolution, precision: precision, layouts: &layouts, on: device)
            convolutions = plan.convolutionSummary
            tensors = try Parameters(layers, layouts: layouts, momentum: recipe.momentum != 0, on: device)
            trainingPrograms[batchSize] = try .training(
                plan, recipe: recipe, state: state,
                builder: ProgramBuilder(
                    device: device, parameters: tensors, buffers: buffers, scratchpadBytes: plan.scratchpadBytes))
        } catch {
            throw EngineError(error)
        }
        try initializeParameters(seed: recipe.seed)
    }

    /// Forward, loss, backward and update on one batch.
    @discardableResult
    package func train(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, step: Int,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(EngineError) -> BatchResult? {
        if let onNextProfile {
            self.onNextProfile = nil
            let (result, times) = try trainProfiled(pixels: pixels, labels: labels, step: step)
            onNextProfile(times)
            return result
        }
        var isCut = false
        let result = try run(trainingProgram(labels.count), pixels, labels, step: step) { phase throws(OneDNNError) in
            // The last phase changes parameters; once begun, it is finished.
            if phase.isUpdate {
                isCut = isCut || isCancelled()
                if !isCut { try phase.run() }
                return
            }
            if isCut { return }
            try phase.run { _, operation throws(OneDNNError) in
                if !isCancelled() { try operation.run() }
            }
            isCut = isCancelled()
        }
        return isCut ? nil : result
    }

    /// Loss and hits on one batch, without dropout.
    package func evaluate(
        pixels: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
    ) throws(EngineError) -> BatchResult {
        try run(evaluationProgram(labels.count), pixels, labels, step: 0)
    }

    /// What the network makes of images, without dropout.
    ///
    /// - Parameter pixels: `[N, C, H, W]`, row-major.
    /// - Returns: a probability for each class, `[N, classes]`, row-major.
    package func predict(pixels: UnsafeBufferPointer<Float>) throws(EngineError) -> [Float] {
        let count = pixels.count / (network.inputChannels * network.inputSide * network.inputSide)
        let labels = [Int32](repeating: 0, count: count)
        let program = try evaluationProgram(count)
        try labels.withUnsafeBufferPointer { labels throws(EngineError) in
            _ = try run(program, pixels, labels, step: 0)
        }
        return softmax(logits: state.logits, numClasses: network.numClasses)
    }

    @discardableResult
    func run(
        _ program: Program, _ pixels: UnsafeBufferPointer<Float>, _ labels: UnsafeBufferPointer<Int32>, step: Int,
        _ runPhase: (Phase) throws(OneDNNError) -> Void = { phase throws(OneDNNError) in try phase.run() }
    ) throws(EngineError) -> BatchResult {
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

    func trainingProgram(_ batch: Int) throws(EngineError) -> Program {
        if let program = trainingPrograms[batch] { return program }
        let program = try compile(batch, .training) { plan, builder throws(OneDNNError) in
            try .training(plan, recipe: recipe, state: state, builder: builder)
        }
        trainingPrograms[batch] = program
        return program
    }

    private func evaluationProgram(_ batch: Int) throws(EngineError) -> Program {
        if let program = evaluationPrograms[batch] { return program }
        let program = try compile(batch, .inference) { plan, builder throws(OneDNNError) in
            try .evaluation(plan, state: state, builder: builder)
        }
        evaluationPrograms[batch] = program
        return program
    }

    private func compile(
        _ batch: Int, _ purpose: Purpose, _ write: (BatchPlan, ProgramBuilder) throws(OneDNNError) -> Program
    ) throws(EngineError) -> Program {
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

    /// Every weight and bias, in the order of the layers.
    package var parameters: [ParameterInfo] { tensors.all.map(\.info) }

    /// Lends the numbers of a parameter, row-major, between steps.
    package func withValue<Result>(
        of parameter: ParameterInfo, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(EngineError) -> Result {
        let tensor = tensor(parameter)
        return try lend(tensor.value, of: tensor, body)
    }

    /// A velocity for each parameter; none without momentum.
    package var velocities: [ParameterInfo] { tensors.all.filter { $0.velocity != nil }.map(\.info) }

    /// Lends the velocity of a parameter, row-major, between steps.
    package func withVelocity<Result>(
        of parameter: ParameterInfo, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(EngineError) -> Result {
        let tensor = tensor(parameter)
        return try lend(velocity(of: tensor), of: tensor, body)
    }

    /// Replaces the velocity of a parameter, row-major.
    package func setVelocity(
        of parameter: ParameterInfo, to values: UnsafeBufferPointer<Float>
    ) throws(EngineError) {
        let tensor = tensor(parameter)
        try set(velocity(of: tensor), of: tensor, to: values)
    }

    private func velocity(of tensor: Parameter) -> Memory {
        guard let velocity = tensor.velocity else { preconditionFailure("without momentum there are no velocities") }
        return velocity
    }

    private func lend<Result>(
        _ memory: Memory, of tensor: Parameter, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) throws(EngineError) -> Result {
        try engineErrors { () throws(OneDNNError) in
            try copy(from: memory, to: rowMajorMemory(at: tensor.gradient.base, like: tensor))
        }
        return body(UnsafeBufferPointer(rebasing: tensor.gradient.floats.prefix(tensor.info.count)))
    }

    /// A copy of a parameter's numbers, row-major.
    package func value(of parameter: ParameterInfo) throws(EngineError) -> [Float] {
        try withValue(of: parameter) { Array($0) }
    }

    /// The gradient of a parameter as the last training step left it, row-major; lost when values are lent or set.
    package func gradient(of parameter: ParameterInfo) throws(EngineError) -> [Float] {
        let tensor = tensor(parameter)
        return try engineErrors { () throws(OneDNNError) in
            let rowMajor = try Memory(Descriptor(rowMajor: tensor.value.descriptor.shape), on: device)
            try copy(from: tensor.gradient, to: rowMajor)
            return withExtendedLifetime(rowMajor) { Array(rowMajor.floats.prefix(parameter.count)) }
        }
    }

    /// Row-major memory for a parameter. Between steps the gradient's place serves: a step overwrites it, and so
    /// weights go in and out without another copy of them in memory.
    private func rowMajorMemory(
        at base: UnsafeMutableRawPointer, like tensor: Parameter
    ) throws(OneDNNError) -> Memory {
        try Memory(Descriptor(rowMajor: tensor.value.descriptor.shape), at: base, on: device)
    }

    /// Replaces the numbers of a parameter, row-major.
    package func setValue(of parameter: ParameterInfo, to values: UnsafeBufferPointer<Float>) throws(EngineError) {
        let tensor = tensor(parameter)
        try set(tensor.value, of: tensor, to: values)
    }

    private func set(
        _ memory: Memory, of tensor: Parameter, to values: UnsafeBufferPointer<Float>
    ) throws(EngineError) {
        let info = tensor.info
        guard values.count == info.count, let base = values.baseAddress else {
            throw EngineError.wrongSize(parameter: info.name, expected: info.count, got: values.count)
        }
        try engineErrors { () throws(OneDNNError) in
            let source = try rowMajorMemory(at: UnsafeMutableRawPointer(mutating: base), like: tensor)
            try copy(from: source, to: memory)
        }
    }

    /// Draws a parameter's numbers from U(±bound), row-major.
    func draw(_ parameter: ParameterInfo, bound: Float, random: CounterRandom) throws(EngineError) {
        let numbers = UnsafeMutableBufferPointer(rebasing: tensor(parameter).gradient.floats.prefix(parameter.count))
        fillUniform(numbers, bound: bound, random: random)
        try setValue(of: parameter, to: UnsafeBufferPointer(numbers))
    }

    private func tensor(_ info: ParameterInfo) -> Parameter {
        guard let found = tensors.all.first(where: { $0.info == info }) else {
            preconditionFailure("\(info.name) is not a parameter of this network")
        }
        return found
    }

    private func copy(from source: Memory, to destination: Memory) throws(OneDNNError) {
        let reorder = try Primitive.reorder(from: source.descriptor, to: destination.descriptor, on: device)
        var arguments: [Argument: Memory] = [.source: source, .destination: destination]
        if let scratchpad = reorder.wants(.scratchpad, shape: []) {
            arguments[.scratchpad] = try Memory(scratchpad, on: device)
        }
        try reorder.call(arguments, on: device).run()
    }

    /// What there is on this machine.
    package static var traits: EngineTraits {
        EngineTraits(
            hasWinograd: WinogradPlan.vectorWidth != nil, vectorWidth: Device.vectorWidth,
            hasBFloat16: Device.hasBFloat16)
    }

    /// Whether this machine computes in `precision`; where it does not, a model computes in float32.
    package static func computes(in precision: TrainingRecipe.Precision) -> Bool {
        precision == .float32 || Device.hasBFloat16
    }

    /// How it computes, as text.
    package var summary: String {
        let isExact = recipe.precision == precision
        return "oneDNN \(Device.version), \(Device.instructionSet), convolutions \(convolutions), chunks of \(chunk)"
            + (isExact ? "" : ", in float32, as this processor has no \(recipe.precision.rawValue)")
    }
}

/// The library's errors as the engine's.
private func engineErrors<Result>(_ body: () throws(OneDNNError) -> Result) throws(EngineError) -> Result {
    do {
        return try body()
    } catch {
        throw EngineError(error)
    }
}
