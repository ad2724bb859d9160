// Memory estimates: each part calculated by hand for a small network, and properties that hold for any network. Tests
// of the program compare estimates with the memory that the process uses.

import Engine
import Experiments
import Model
import Testing

@Suite struct MemoryEstimateTests {
    /// Image size 8: convolutions 1 → 16 and 16 → 16, pooling to 4, convolution 16 → 32, pooling to 2; linear 128 → 24
    /// → 10.
    private let network: Network

    init() throws {
        network = try Network(
            inputSide: 8, blocks: [Block(numConvs: 2, outChannels: 16), Block(numConvs: 1, outChannels: 32)],
            classifier: [24], numClasses: 10)
    }

    private func estimate(
        _ network: Network? = nil, batch: Int = 8, threads: Int = 2, momentum: Double = 0,
        precision: TrainingRecipe.Precision = .float32, convolution: EngineOptions.Convolution = .direct,
        chunk: Int? = nil, storedBytes: Int = 1000, processor: ProcessorTraits = ProcessorTraits()
    ) -> MemoryEstimate {
        EngineCosts(processor).memory(
            of: network ?? self.network, training: TrainingRecipe(momentum: momentum, precision: precision),
            options: EngineOptions(convolution: convolution, chunk: chunk), batchSize: batch, storedBytes: storedBytes,
            threads: threads)
    }

    private static let convolutions = 16 * 10 + 16 * (16 * 9 + 1) + 32 * (16 * 9 + 1)
    /// Bytes of the convolutions' weights, and of those after the first, which are copied for backward data.
    private static let weights = 4 * 9 * (16 + 16 * 16 + 16 * 32)
    private static let copies = 4 * 9 * (16 * 16 + 16 * 32)
    private static let parameters = 4 * (convolutions + 24 * 129 + 10 * 25)

    @Test func `parts match manual calculations`() {
        let parts = estimate(momentum: 0.9).parts
        #expect(parts[0] == ("parameters", Self.parameters))
        #expect(parts[1] == ("gradients", Self.parameters))
        #expect(parts[2] == ("momentum", Self.parameters))
        // The input of the second convolution, the pooled outputs with their argmax bytes, and the classifier twice.
        let kept = 4 * (16 * 64 + 16 * 16 + 32 * 4) + 16 * 16 + 32 * 4 + 4 * (128 + 2 * 24 + 2 * 10)
        #expect(parts[3] == ("activations kept for backward", 8 * kept))
        // Two ping-pong buffers of four images for each of two lanes, the second lane's gradients, and copies of
        // weights.
        let working = 2 * 2 * 4 * (4 * 16 * 64) + Self.weights + Self.copies
        #expect(parts[4] == ("working memory of 2 threads", working))
        // Two training batches and two test batches.
        #expect(parts[5] == ("batches, one ahead", 4 * 8 * 64 * 4))
        #expect(parts[6] == ("data set", 1000))
        #expect(parts.count == 8)
    }

    @Test func `a lane with several chunks needs memory for partial gradients`() {
        let one = estimate(threads: 1, chunk: 8).parts[3].bytes
        let several = estimate(threads: 1, chunk: 4).parts[3].bytes
        #expect(one == 2 * 8 * (4 * 16 * 64) + Self.copies)
        #expect(several == 2 * 4 * (4 * 16 * 64) + Self.weights + Self.copies)
    }

    @Test
    func
        `hidden weights have copies, the first two, and what they take in has one, in bfloat16 where the processor has it`()
        throws
    {
        let network = try Network(
            inputSide: 8, blocks: [Block(numConvs: 1, outChannels: 16)], classifier: [32, 24], numClasses: 10)
        func total(_ precision: TrainingRecipe.Precision, _ processor: ProcessorTraits = ProcessorTraits()) -> Int {
            estimate(
                network, batch: 128, threads: 1, precision: precision, convolution: .auto, processor: processor
            ).totalBytes
        }
        #expect(total(.bfloat16) - total(.float32) == 2 * (2 * 256 * 32 + 32 * 24 + 128 * (256 + 32)))
        #expect(total(.bfloat16, ProcessorTraits(hasBFloat16: false)) == total(.float32))
    }

    @Test func `below AVX-512, images are padded to a vector`() {
        let wide = estimate().parts[3].bytes
        let short = estimate(processor: ProcessorTraits(hasWinograd: false, vectorWidth: 8)).parts[3].bytes
        #expect(short - wide == 2 * 4 * (4 * 8 * 64))
    }

    @Test func `direct convolutions need no Winograd memory`() {
        let none = ProcessorTraits(hasWinograd: false)
        #expect(estimate(convolution: .winograd, processor: none) == estimate(convolution: .direct))
        #expect(estimate(convolution: .winograd).totalBytes > estimate(convolution: .direct).totalBytes)
    }

    @Test func `a chunk is never larger than a lane's share`() {
        #expect(estimate(chunk: 4) == estimate(chunk: 65536))
    }

    @Test func `with fewer images than threads there is one lane`() {
        let parts = estimate(batch: 3, threads: 4).parts
        #expect(parts[3] == ("working memory of 1 thread", 2 * 3 * (4 * 16 * 64) + Self.copies))
    }

    @Test func `Winograd needs memory for tiles and weights, but not for full-size outputs before pooling`() throws {
        // 3, 20 and 20 channels are padded to 16, 32 and 32; the first layer is direct. Direct convolutions are not
        // padded.
        let network = try Network(
            inputSide: 8, blocks: [Block(numConvs: 1, outChannels: 3), Block(numConvs: 2, outChannels: 20)],
            classifier: [], numClasses: 10)
        func parts(_ convolution: EngineOptions.Convolution) -> [Int] {
            estimate(network, threads: 1, convolution: convolution).parts.map(\.bytes)
        }
        #expect(parts(.auto) == parts(.winograd))
        #expect(parts(.direct)[2] == 8 * (5 * (3 * 16 + 20 * 4) + 4 * 20 * 16 + 4 * (20 * 4 + 2 * 10)))
        #expect(parts(.winograd)[2] == 8 * (5 * (16 * 16 + 32 * 4) + 4 * 32 * 16 + 4 * (32 * 4 + 2 * 10)))
        let number = 36 * 4
        // 512 KiB hold 75 tiles of 16 and 32 channels, rounded down to 72, and 56 tiles of 32 and 32, rounded down to
        // 48. Forward, each row is padded by two vectors.
        let tiles = number * max(72 * (48 + 32), 72 * 48 + 32 + 16 * 32, 48 * (64 + 32), 48 * 64 + 32 + 32 * 32)
        // There is no full-size output before the second pooling, so one ping-pong buffer only needs a pooled output.
        #expect(parts(.winograd)[3] == 8 * (4 * 16 * 64 + 4 * 16 * 16) + tiles + number * (16 * 32 + 32 * 32))
    }

    @Test func `a Winograd block has at least 144 tiles with many channels, at most 192 with few`() throws {
        func working(_ channels: Int) throws -> Int {
            let network = try Network(
                inputSide: 4, blocks: [Block(numConvs: 2, outChannels: channels)], classifier: [], numClasses: 10)
            return estimate(network, batch: 1, threads: 1, convolution: .winograd).parts[3].bytes
        }
        let tiles = pages(36 * 4 * (144 * 1024 + 32 + 512 * 512))
        #expect(try working(512) == 4 * 512 * 16 + tiles + 36 * 4 * 512 * 512)
        let narrow = ProcessorTraits(vectorWidth: 8)
        let network = try Network(
            inputSide: 4, blocks: [Block(numConvs: 2, outChannels: 8)], classifier: [], numClasses: 10)
        let bytes = estimate(network, batch: 1, threads: 1, convolution: .winograd, processor: narrow).parts[3].bytes
        #expect(bytes == 4 * 8 * 16 + 4 * 8 * 16 + 36 * 4 * (192 * (16 + 16) + 8 * 8))
    }

    @Test func `Winograd's transformed weights are half as large in bfloat16`() throws {
        let network = try Network(
            inputSide: 4, blocks: [Block(numConvs: 2, outChannels: 512)], classifier: [], numClasses: 10)
        func working(_ precision: TrainingRecipe.Precision) -> Int {
            estimate(network, batch: 1, threads: 1, precision: precision, convolution: .auto).parts.first {
                $0.label.hasPrefix("working")
            }?.bytes ?? 0
        }
        let tiles = pages(36 * 4 * (144 * 1024 + 32 + 512 * 512)) - pages(36 * 4 * (144 * 512 + 32 + 512 * 512))
        #expect(working(.float32) - working(.bfloat16) == tiles + 36 * 2 * 512 * 512)
    }

    @Test func `few channels and large kernels need im2col matrices`() throws {
        let network = try Network(
            inputSide: 16, blocks: [Block(numConvs: 2, outChannels: 8)], kernel: 15, classifier: [], numClasses: 10)
        let parts = estimate(network, batch: 4, threads: 1).parts
        // Channels are not padded; 225 numbers for each of 8 channels at 256 positions.
        #expect(parts[2].bytes == 4 * (4 * 8 * 256 + 5 * 8 * 64 + 4 * (8 * 64 + 2 * 10)))
        #expect(parts[3].bytes == 2 * 4 * (4 * 8 * 256) + 4 * 225 * 8 * 256)
    }

    @Test func `kernels of other sizes do not use Winograd`() throws {
        let network = try Network(
            inputSide: 8, blocks: [Block(numConvs: 2, outChannels: 5)], kernel: 5, classifier: [], numClasses: 10)
        #expect(estimate(network, convolution: .auto) == estimate(network, convolution: .direct))
    }

    @Test(arguments: [1, 2, 3, 8, 64, 1000], [1, 2, 3, 8]) func `the total is the sum of the parts`(
        batch: Int, threads: Int
    ) {
        for momentum in [0, 0.9] {
            let estimate = estimate(batch: batch, threads: threads, momentum: momentum, convolution: .auto)
            #expect(estimate.totalBytes == estimate.parts.reduce(0) { $0 + $1.bytes })
            #expect(estimate.parts.allSatisfy { $0.bytes > 0 && !$0.label.isEmpty })
            #expect(Set(estimate.parts.map(\.label)).count == estimate.parts.count)
        }
    }

    @Test(arguments: EngineOptions.Convolution.allCases) func `larger batches and more threads need more memory`(
        _ convolution: EngineOptions.Convolution
    ) throws {
        let notebook = try Experiment(name: "a").network(numClasses: 10)
        func bytes(batch: Int = 256, threads: Int = 4, momentum: Double = 0) -> Int {
            estimate(notebook, batch: batch, threads: threads, momentum: momentum, convolution: convolution).totalBytes
        }
        let byBatch = [1, 2, 16, 64, 256, 1024, 65536].map { bytes(batch: $0, threads: 1) }
        #expect(zip(byBatch, byBatch.dropFirst()).allSatisfy { $0 < $1 })
        let byThreads = [1, 2, 4, 8, 16].map { bytes(threads: $0) }
        #expect(zip(byThreads, byThreads.dropFirst()).allSatisfy { $0 < $1 })
        #expect(bytes(momentum: 0.9) == bytes() + pages(4 * notebook.parameters))
    }

    /// Large buffers use pages of 2 MiB.
    private func pages(_ bytes: Int) -> Int { (bytes + (2 << 20) - 1) / (2 << 20) * (2 << 20) }
}

extension MemoryEstimate.Part {
    fileprivate static func == (part: Self, expected: (label: String, bytes: Int)) -> Bool {
        part.label == expected.label && part.bytes == expected.bytes
    }
}
