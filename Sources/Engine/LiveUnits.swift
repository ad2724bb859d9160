// Finds the live units of a step from the activations of each layer with ReLU.

internal import Experiments
internal import OneDNN

/// Records the channels and hidden features that are not 0 for every image of a batch, separately for each lane.
final class LiveUnits {
    /// The layers with ReLU: the position of their words in a lane's record, and their number of units.
    private let places: [Int: (start: Int, count: Int)]
    private let lanes: [Buffer]

    init(_ layers: [Layer], lanes: Int, on device: Device) throws(OneDNNError) {
        var places: [Int: (start: Int, count: Int)] = [:]
        var words = 0
        for (index, layer) in layers.enumerated() {
            guard layer.activation == .relu, let shape = layer.weightsShape else { continue }
            places[index] = (words, shape[0])
            // Whole vectors, as in activations.
            words += (shape[0] + 15) / 16 * 16
        }
        self.places = places
        var buffers: [Buffer] = []
        for _ in 0..<lanes {
            buffers.append(try Buffer(byteCount: max(words, 1) * MemoryLayout<UInt32>.stride, on: device))
        }
        self.lanes = buffers
    }

    func reset() {
        for lane in lanes { lane.base.initializeMemory(as: UInt8.self, repeating: 0, count: lane.byteCount) }
    }

    /// A lane's words for a layer, one per unit; bits are set if the unit was not 0.
    func words(_ layer: Int, lane: Int) -> UnsafeMutableBufferPointer<UInt32> {
        guard let place = places[layer] else { preconditionFailure("layer \(layer) has a ReLU") }
        let base = lanes[lane].base.assumingMemoryBound(to: UInt32.self)
        return UnsafeMutableBufferPointer(start: base + place.start, count: place.count)
    }

    /// Records the live units in a layer's output, after ReLU and, if there is one, the pooling after it. Channels that
    /// are already known to be live are not read.
    func note(_ layer: Int, lane: Int, _ outputs: Memory, _ grid: ActivationGrid) {
        guard let words = words(layer, lane: lane).baseAddress else { return }
        let (channels, area) = (grid.channels, grid.height * grid.width)
        for plane in 0..<grid.planes {
            let group = words + plane % grid.groups * channels
            if (0..<channels).allSatisfy({ group[$0] != 0 }) { continue }
            let values = UnsafeRawPointer(outputs.base + plane * area * channels * MemoryLayout<Float>.stride)
            let whole = channels / 8 * 8
            for first in stride(from: 0, to: whole, by: 8) {
                var bits = SIMD8<UInt32>()
                for place in 0..<area {
                    bits |= values.loadUnaligned(
                        fromByteOffset: (place * channels + first) * 4, as: SIMD8<UInt32>.self)
                }
                // The sign is ignored: -0 is 0.
                for channel in 0..<8 { group[first + channel] |= bits[channel] << 1 }
            }
            let numbers = values.assumingMemoryBound(to: UInt32.self)
            for channel in whole..<channels {
                var bits: UInt32 = 0
                for place in 0..<area { bits |= numbers[place * channels + channel] }
                group[channel] |= bits << 1
            }
        }
    }

    /// The units of a layer that were 0 for every image; `nil` for a layer without ReLU.
    func dead(_ layer: Int) -> (count: Int, of: Int)? {
        guard let place = places[layer] else { return nil }
        let words = lanes.indices.map { self.words(layer, lane: $0) }
        let dead = (0..<place.count).count { unit in words.allSatisfy { $0[unit] == 0 } }
        return (dead, place.count)
    }
}
