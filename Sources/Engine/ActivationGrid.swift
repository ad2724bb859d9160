// The memory layout of activations, for loops that depend on it.

internal import OneDNN

/// Activations `[N, C, H, W]` as [images][groups][height][width][channels], with the channels of a group adjacent.
/// Features `[N, F]` are the channels of one pixel.
struct ActivationGrid {
    let images: Int
    let groups: Int
    let height: Int
    let width: Int
    /// Channels per group; the last group is padded with zeros.
    let channels: Int
    let layout: Layout
    /// Channels of all groups, without padding.
    private let allChannels: Int

    /// - Returns: `nil` for a layout that our loops cannot read.
    init?(_ descriptor: Descriptor) throws(OneDNNError) {
        let shape = descriptor.shape
        allChannels = shape[1]
        if shape.count == 2 {
            guard try Descriptor(shape, layout: .ab) == descriptor else { return nil }
            (images, groups, height, width, channels, layout) = (shape[0], 1, 1, 1, shape[1], .ab)
            return
        }
        for (layout, channels) in [(Layout.aBcd16b, 16), (.aBcd8b, 8), (.acdb, shape[1]), (.abcd, 1)]
        where try Descriptor(shape, layout: layout) == descriptor {
            (images, height, width) = (shape[0], shape[2], shape[3])
            groups = (shape[1] + channels - 1) / channels
            self.channels = channels
            self.layout = layout
            return
        }
        return nil
    }

    /// Creates the grid of a stage's output, whose layout our loops can always read.
    init(of descriptor: Descriptor) throws(OneDNNError) {
        guard let grid = try ActivationGrid(descriptor) else {
            preconditionFailure("our loops do not read this layout")
        }
        self = grid
    }

    var planes: Int { images * groups }
    /// Channels of all groups, including padding.
    var paddedChannels: Int { groups * channels }

    /// Sets the padding of the last group to zero.
    func clearPadding(of memory: Memory) {
        let rest = paddedChannels - allChannels
        guard rest > 0 else { return }
        let area = height * width
        for image in 0..<images {
            let plane = (image * groups + groups - 1) * area
            for place in plane..<plane + area {
                let end = (place + 1) * channels
                memory.floats[end - rest..<end].update(repeating: 0)
            }
        }
    }
}
