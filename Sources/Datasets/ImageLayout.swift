// The layout of images in an IDX array: grey ones have three dimensions, colour ones four.

/// Number, channels, height and width of the images in an array.
struct ImageLayout: Equatable {
    let count: Int
    let channels: Int
    let height: Int
    let width: Int
    /// Whether the channels of a pixel are adjacent: `[N, H, W, C]`, as image libraries have it, and not `[N, C, H, W]`.
    let isInterleaved: Bool

    /// - Parameter dimensions: `[N, H, W]`, `[N, H, W, C]` or `[N, C, H, W]`, with 1 or 3 channels.
    init(_ dimensions: [Int], of file: DataFile) throws(DatasetError) {
        count = dimensions[0]
        if dimensions.count == 3 {
            (channels, height, width, isInterleaved) = (1, dimensions[1], dimensions[2], false)
        } else if [1, 3].contains(dimensions[3]) {
            (channels, height, width, isInterleaved) = (dimensions[3], dimensions[1], dimensions[2], true)
        } else if [1, 3].contains(dimensions[1]) {
            (channels, height, width, isInterleaved) = (dimensions[1], dimensions[2], dimensions[3], false)
        } else {
            throw file.fault(.unknownChannels(Array(dimensions.dropFirst())))
        }
    }
}

extension LabelledImages {
    /// Converts an array to images, channel by channel.
    init(_ array: IDXArray, labels: [UInt8], of file: DataFile) throws(DatasetError) {
        let layout = try ImageLayout(array.dimensions, of: file)
        var pixels = array.elements
        if layout.isInterleaved, layout.channels > 1 {
            let (area, channels) = (layout.height * layout.width, layout.channels)
            array.elements.withUnsafeBufferPointer { source in
                for start in stride(from: 0, to: source.count, by: area * channels) {
                    for place in 0..<area {
                        for channel in 0..<channels {
                            pixels[start + channel * area + place] = source[start + place * channels + channel]
                        }
                    }
                }
            }
        }
        self.init(
            channels: layout.channels, height: layout.height, width: layout.width, pixels: pixels, labels: labels)
    }
}
