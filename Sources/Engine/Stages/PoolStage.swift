// Pooling with any window, unless it is computed in one pass with the preceding ReLU.

internal import CKernels
internal import Experiments
internal import Model
internal import OneDNN

/// Max, average or global average pooling for a fixed number of images.
struct PoolStage: Stage {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let readsSource = false
    let readsDestination = false
    /// Argmax of each pooled value of max pooling, one byte each.
    let workspace: Descriptor?
    private let grid: ActivationGrid
    /// `nil` for means of whole planes.
    private let pooling: Pooling?

    init(layer: Int, _ facts: Layer, source: Descriptor) throws(OneDNNError) {
        let grid = try ActivationGrid(of: source)
        self.layer = layer
        self.source = source
        self.grid = grid
        pooling = facts.pooling
        let shape = [source.shape[0]] + facts.outputShape
        destination = try Descriptor(shape, layout: grid.layout)
        workspace =
            pooling?.operation == .max ? try Descriptor(shape, type: .uint8, layout: grid.layout) : nil
    }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        builder.append(layer, .forward) {
            eachShare { shape, pixels, pooled in
                let source = step.source.floats.baseAddress.map { $0 + pixels }
                let destination = step.destination.floats.baseAddress.map { $0 + pooled }
                switch pooling?.operation {
                case .max: max_pool_forward(shape, source, destination, step.workspace.map { $0.bytes + pooled })
                case .average: average_pool_forward(shape, source, destination)
                case nil: global_pool_forward(shape.pointee.planes, area, grid.channels, source, destination)
                }
            }
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let sourceGradient = step.sourceGradient else { return }
        builder.append(layer, .backwardData) {
            eachShare { shape, pixels, pooled in
                let gradient = step.gradient.floats.baseAddress.map { $0 + pooled }
                let result = sourceGradient.floats.baseAddress.map { $0 + pixels }
                switch pooling?.operation {
                case .max: max_pool_backward(shape, step.workspace.map { $0.bytes + pooled }, gradient, result)
                case .average: average_pool_backward(shape, gradient, result)
                case nil: global_pool_backward(shape.pointee.planes, area, grid.channels, gradient, result)
                }
            }
        }
    }

    private var area: Int { grid.height * grid.width }

    /// Calls `body` with each thread's share of the planes, and the positions of its first pixels and pooled values.
    private func eachShare(_ body: (_ shape: UnsafePointer<pool_shape>, _ pixels: Int, _ pooled: Int) -> Void) {
        let pooledArea = destination.shape[2] * destination.shape[3]
        parallel { part, parts in
            let first = grid.planes * part / parts
            var shape = pool_shape(
                planes: grid.planes * (part + 1) / parts - first, height: grid.height, width: grid.width,
                channels: grid.channels, kernel: pooling?.kernel ?? 1, stride: pooling?.stride ?? 1,
                padding: pooling?.padding ?? 0)
            body(&shape, first * area * grid.channels, first * pooledArea * grid.channels)
        }
    }
}
