// Random changes of training images. Each is a function of seed, purpose, epoch and image alone, so that runs of one seed
// see the same images whatever else differs, and a resumed run sees those that it would have.

package import Experiments
internal import Glibc

/// What happens to training images on their way into a batch.
package struct Augmentation: Sendable, Hashable {
    private let recipe: DataRecipe
    private let seed: UInt64

    private enum Purpose: UInt64 {
        case flip = 1
        case shift
        case crop
        case erase
    }

    /// - Parameter seed: what tells runs apart.
    /// - Returns: `nil` where images stay as they are.
    package init?(_ recipe: DataRecipe, seed: UInt64) {
        guard recipe.flip || recipe.shift > 0 || recipe.crop < 1 || recipe.erase > 0 else { return nil }
        (self.recipe, self.seed) = (recipe, seed)
    }

    /// Changes an image in place.
    ///
    /// - Parameters:
    ///   - image: `[side, side]`.
    ///   - scratch: room for another one.
    ///   - epoch: the pass over the training images, from 1.
    ///   - index: the image's number among them.
    package func apply(
        to image: UnsafeMutableBufferPointer<Float>, side: Int, scratch: UnsafeMutableBufferPointer<Float>,
        epoch: Int, index: Int
    ) {
        func generator(_ purpose: Purpose) -> SplitMix64 {
            [purpose.rawValue, UInt64(epoch), UInt64(index)].reduce(SplitMix64(state: seed)) { last, part in
                var last = last
                return SplitMix64(state: last.next() ^ part)
            }
        }
        if recipe.crop < 1 { crop(image, side, scratch, generator(.crop)) }
        if recipe.flip { flip(image, side, generator(.flip)) }
        if recipe.shift > 0 { shift(image, side, scratch, generator(.shift)) }
        if recipe.erase > 0 { erase(image, side, generator(.erase)) }
    }

    /// Every other image, from left to right.
    private func flip(_ image: UnsafeMutableBufferPointer<Float>, _ side: Int, _ generator: SplitMix64) {
        var generator = generator
        guard generator.next(below: 2) == 1 else { return }
        for start in stride(from: 0, to: side * side, by: side) { image[start..<start + side].reverse() }
    }

    /// By up to so many pixels each way, as a crop of the image with a black border.
    private func shift(
        _ image: UnsafeMutableBufferPointer<Float>, _ side: Int, _ scratch: UnsafeMutableBufferPointer<Float>,
        _ generator: SplitMix64
    ) {
        var generator = generator
        let width = UInt64(2 * recipe.shift + 1)
        let right = Int(generator.next(below: width)) - recipe.shift
        let down = Int(generator.next(below: width)) - recipe.shift
        _ = scratch.update(fromContentsOf: image)
        for y in 0..<side {
            for x in 0..<side {
                let (fromY, fromX) = (y - down, x - right)
                let isInside = 0..<side ~= fromY && 0..<side ~= fromX
                image[y * side + x] = isInside ? scratch[fromY * side + fromX] : 0
            }
        }
    }

    /// A square part, stretched to the whole; pixels between others are interpolated.
    private func crop(
        _ image: UnsafeMutableBufferPointer<Float>, _ side: Int, _ scratch: UnsafeMutableBufferPointer<Float>,
        _ generator: SplitMix64
    ) {
        var generator = generator
        let share = (recipe.crop + (1 - recipe.crop) * generator.uniform()).squareRoot()
        let room = Double(side) * (1 - share)
        let (left, top) = (room * generator.uniform(), room * generator.uniform())
        func place(_ index: Int, from start: Double) -> (before: Int, after: Int, share: Float) {
            let exact = min(max(start + (Double(index) + 0.5) * share - 0.5, 0), Double(side - 1))
            let before = Int(exact)
            return (before, min(before + 1, side - 1), Float(exact - Double(before)))
        }
        _ = scratch.update(fromContentsOf: image)
        for y in 0..<side {
            let row = place(y, from: top)
            for x in 0..<side {
                let column = place(x, from: left)
                func between(_ row: Int) -> Float {
                    let (first, second) = (scratch[row * side + column.before], scratch[row * side + column.after])
                    return first + column.share * (second - first)
                }
                let (first, second) = (between(row.before), between(row.after))
                image[y * side + x] = first + row.share * (second - first)
            }
        }
    }

    /// A rectangle becomes black.
    ///
    /// **Source**: Zhong et al., *Random Erasing Data Augmentation*, 2017, with the limits of torchvision's `RandomErasing`.
    private func erase(_ image: UnsafeMutableBufferPointer<Float>, _ side: Int, _ generator: SplitMix64) {
        var generator = generator
        guard generator.uniform() < recipe.erase else { return }
        for _ in 0..<10 {
            let area = Double(side * side) * (0.02 + 0.31 * generator.uniform())
            let ratio = exp(log(0.3) + (log(3.3) - log(0.3)) * generator.uniform())
            let height = Int((area * ratio).squareRoot().rounded())
            let width = Int((area / ratio).squareRoot().rounded())
            guard height < side, width < side else { continue }
            let top = Int(generator.next(below: UInt64(side - height + 1)))
            let left = Int(generator.next(below: UInt64(side - width + 1)))
            for y in top..<top + height {
                for x in left..<left + width { image[y * side + x] = 0 }
            }
            return
        }
    }
}

extension SplitMix64 {
    /// Evenly spread over [0, 1).
    fileprivate mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
