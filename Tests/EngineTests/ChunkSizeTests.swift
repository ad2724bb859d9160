// Chunk sizes of the convolutional part.

import Engine
import Experiments
import Testing

@Suite struct ChunkSizeTests {
    private static let batches = [1, 2, 3, 7, 31, 64, 100, 128, 1000, 65536]
    private static let threads = [1, 2, 3, 8, 64, 1024]

    @Test(arguments: batches, threads) func `a chunk is at most a thread's share`(batch: Int, threads: Int) throws {
        for side in [28, 96, 224, 1024] {
            let network = try Network(inputSide: side, blocks: Variant.vgg11.blocks.dropLast(2), numClasses: 10)
            let chunk = network.chunkSize(batchSize: batch, threads: threads)
            // With fewer images than threads, there is a single lane.
            let share = batch >= threads ? (batch + threads - 1) / threads : batch
            #expect((1...share).contains(chunk))
        }
    }

    @Test func `the largest convolution input determines the chunk size`() throws {
        // The second block's input has 16 channels of 112 × 112: 12.25 MiB for 16 images.
        let network = try Experiment(name: "a").network(numClasses: 10)
        #expect(network.chunkSize(batchSize: 128, threads: 2) == 16)
        #expect(network.chunkSize(batchSize: 24, threads: 2) == 12)
        #expect(network.chunkSize(batchSize: 3, threads: 4) == 3)
    }

    @Test(arguments: threads) func `a larger batch never has smaller chunks`(threads: Int) throws {
        let network = try Experiment(name: "a").network(numClasses: 10)
        let chunks = Self.batches.filter { $0 >= threads }.map { network.chunkSize(batchSize: $0, threads: threads) }
        #expect(chunks == chunks.sorted())
    }

    @Test func `a chunk's largest activation fits in the cache`() throws {
        for (side, channels) in [(224, 16), (224, 64), (96, 16), (448, 64), (64, 8)] {
            let blocks = [Block(numConvs: 1, outChannels: channels)]
            let network = try Network(inputSide: side, blocks: blocks, classifier: [], numClasses: 10)
            let bytes = side * side * channels * 4
            let chunk = network.chunkSize(batchSize: 65536, threads: 1)
            #expect(chunk * bytes <= 13 << 20 || chunk == 1)
            #expect((chunk + 1) * bytes > 13 << 20)
        }
    }

    @Test func `an image larger than the cache is a chunk by itself`() throws {
        let network = try Network(
            inputSide: 4096, blocks: [Block(numConvs: 1, outChannels: 64)], classifier: [], numClasses: 10)
        #expect(network.chunkSize(batchSize: 128, threads: 2) == 1)
    }
}
