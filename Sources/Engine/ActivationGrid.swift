// How activations lie in memory, for the loops of our own that have to know.

internal import OneDNN

/// Activations `[N, C, H, W]` as [images][groups][height][width][channels], a group's channels side by side. Features
/// `[N, F]` are channels of one pixel.
struct ActivationGrid {
    let images: Int
    let groups: Int
    let height: Int
    let width: Int
    /// Channels of a group; in the last one the rest is 0.
    let channels: Int
    let layout: Layout
    /// Those of all groups, without padding.
    private let allChannels: Int

    /// - Returns: `nil` for a layout that none of our loops reads.
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

    /// Of activations whose layout our loops read, as that of every stage's output is.
    init(of descriptor: Descriptor) throws(OneDNNError) {
        guard let grid = try ActivationGrid(descriptor) else {
            preconditionFailure("our loops do not read this layout")
        }
        self = grid
    }

    var planes: Int { images * groups }
    /// Channels of all groups, padding included.
    var paddedChannels: Int { groups * channels }

    /// Makes the last group's rest 0 again.
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
