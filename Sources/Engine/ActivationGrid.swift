// How activations lie in memory, for the loops of our own that have to know.

internal import OneDNN

/// Activations `[N, C, H, W]` as [images][groups][height][width][channels], a group's channels side by side.
struct ActivationGrid {
    let images: Int
    let groups: Int
    let height: Int
    let width: Int
    /// Channels of a group; in the last one the rest is 0.
    let channels: Int
    let layout: Layout

    /// - Returns: `nil` for a layout that none of our loops reads.
    init?(_ descriptor: Descriptor) throws(OneDNNError) {
        let shape = descriptor.shape
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

    var planes: Int { images * groups }
}
