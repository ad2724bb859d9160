/// Networks with a name.
///
/// **Source**: for VGG, Simonyan & Zisserman, 2015, table 1.
package enum Variant: String, Sendable, Hashable, CaseIterable {
    case leNet = "lenet"
    case leNetBatchNorm = "lenet-bn"
    case alexNet = "alexnet"
    case mlp
    /// Column A: 8 convolutions.
    case vgg11
    /// Column A-LRN: with local response normalization after the first convolution.
    case vgg11LRN = "vgg11-lrn"
    /// Column B: 10 convolutions.
    case vgg13
    /// Column C: 13 convolutions; the last one of blocks 3 to 5 is 1 × 1.
    case vgg16C = "vgg16-c"
    /// Column D: 13 convolutions.
    case vgg16
    /// Column E: 16 convolutions.
    case vgg19

    /// The layers; `nil` for VGG, which is made of blocks.
    package var layers: [LayerRecipe]? {
        switch self {
        case .leNet: .leNet
        case .leNetBatchNorm: .leNetBatchNorm
        case .alexNet: .alexNet
        case .mlp: .mlp
        case .vgg11, .vgg11LRN, .vgg13, .vgg16C, .vgg16, .vgg19: nil
        }
    }

    /// VGG's five blocks; empty for other networks.
    package var blocks: [Block] {
        let numConvs: [Int] =
            switch self {
            case .leNet, .leNetBatchNorm, .alexNet, .mlp: []
            case .vgg11, .vgg11LRN: [1, 1, 2, 2, 2]
            case .vgg13: [2, 2, 2, 2, 2]
            case .vgg16, .vgg16C: [2, 2, 3, 3, 3]
            case .vgg19: [2, 2, 4, 4, 4]
            }
        var blocks = zip(numConvs, [64, 128, 256, 512, 512]).map { Block(numConvs: $0, outChannels: $1) }
        if self == .vgg11LRN { blocks[0].norm = .localResponse }
        if self == .vgg16C { for index in 2..<5 { blocks[index].kernels = [3, 3, 1] } }
        return blocks
    }
}
