// ReLU and max pooling in one pass, unless they are computed together with the preceding convolution.

internal import CKernels
internal import Model
internal import OneDNN

/// ReLU and 2 × 2 max pooling for a fixed number of images.
struct ReLUPoolStage: Stage {
    let layer: Int
    let source: Descriptor
    let destination: Descriptor
    let readsSource = false
    let readsDestination = false
    /// Argmax of each pooled value, one byte each.
    let workspace: Descriptor?
    private let grid: ActivationGrid

    /// - Parameter source: a convolution's output before ReLU.
    init(layer: Int, source: Descriptor, outputShape: [Int]) throws(OneDNNError) {
        let grid = try ActivationGrid(of: source)
        self.layer = layer
        self.source = source
        self.grid = grid
        let layout = grid.layout
        destination = try Descriptor(outputShape, layout: layout)
        workspace = try Descriptor(outputShape, type: .uint8, layout: layout)
    }

    var unitLayer: Int? { layer - 1 }

    func appendForward(_ step: ForwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        builder.append(layer, .forward) {
            eachShare { planes, pixels, pooled in
                relu_pool_forward(
                    step.source.floats.baseAddress.map { $0 + pixels }, planes, grid.height, grid.width, grid.channels,
                    step.destination.floats.baseAddress.map { $0 + pooled },
                    step.workspace.map { $0.bytes + pooled })
            }
        }
    }

    func appendBackward(_ step: BackwardStep, to builder: ProgramBuilder) throws(OneDNNError) {
        guard let taken = step.workspace, let sourceGradient = step.sourceGradient else {
            preconditionFailure("a plan for training has a workspace, and a pooling follows a convolution")
        }
        builder.append(layer, .backwardData) {
            eachShare { planes, pixels, pooled in
                relu_pool_backward(
                    taken.bytes + pooled, step.gradient.floats.baseAddress.map { $0 + pooled }, planes, grid.height,
                    grid.width, grid.channels, sourceGradient.floats.baseAddress.map { $0 + pixels })
            }
        }
    }

    /// Calls `body` with each thread's number of planes, and the positions of their first pixels and pooled values.
    private func eachShare(_ body: (_ planes: Int, _ pixels: Int, _ pooled: Int) -> Void) {
        parallel { part, parts in
            let first = grid.planes * part / parts
            let pixels = grid.height * grid.width * grid.channels
            let pooled = (grid.height / 2) * (grid.width / 2) * grid.channels
            body(grid.planes * (part + 1) / parts - first, first * pixels, first * pooled)
        }
    }
}
