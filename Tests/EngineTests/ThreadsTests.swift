// Compute threads: every part runs exactly once, and oneDNN uses the same threads.

import CThreads
import Glibc
import OneDNN
import Synchronization
import Testing

@Suite struct ThreadsTests {
    @Test(arguments: [1, 2, 3, 8], [1, 2, 7, 100]) func `each part runs once`(threads: Int, parts: Int) throws {
        _ = try Device(threads: threads)
        for _ in 0..<200 {
            var counts = [Int](repeating: 0, count: parts)
            counts.withUnsafeMutableBufferPointer { counts in
                let counts = counts
                parallel(parts: parts) { part, all in counts[part] += all == parts ? 1 : 1000 }
            }
            #expect(counts.allSatisfy { $0 == 1 })
        }
    }

    @Test func `nested parts run on the calling thread`() throws {
        _ = try Device(threads: 2)
        let count = Atomic(0)
        parallel(parts: 4) { _, _ in
            let outer = pthread_self()
            parallel(parts: 3) { _, _ in
                if pthread_equal(outer, pthread_self()) != 0 { count.add(1, ordering: .relaxed) }
            }
        }
        #expect(count.load(ordering: .relaxed) == 12)
    }

    /// A parallel region like oneDNN's: each thread checks in, then waits for the others at a barrier.
    private final class Region: Sendable {
        let rounds = 50
        let arrived = Atomic(0)
        let early = Atomic(0)
        let places = Mutex<Set<Int32>>([])

        func run() {
            let threads = Int(omp_get_num_threads())
            _ = places.withLock { $0.insert(omp_get_thread_num()) }
            for round in 1...rounds {
                arrived.add(1, ordering: .relaxed)
                GOMP_barrier()
                if arrived.load(ordering: .relaxed) < round * threads { early.add(1, ordering: .relaxed) }
                GOMP_barrier()
            }
        }
    }

    @Test(arguments: [2, 3, 5]) func `a barrier waits for every thread of a region`(threads: Int) throws {
        _ = try Device(threads: threads)
        for (count, inHalves) in [(0, false), (UInt32(threads), false), (UInt32(threads), true)] {
            let region = Region()
            let context = Unmanaged.passUnretained(region).toOpaque()
            let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
                guard let context else { return }
                Unmanaged<Region>.fromOpaque(context).takeUnretainedValue().run()
            }
            if inHalves {
                GOMP_parallel_start(body, context, count)
                body(context)
                GOMP_parallel_end()
            } else {
                GOMP_parallel(body, context, count, 0)
            }
            #expect(omp_in_parallel() == 0 && omp_get_num_threads() == 1)
            #expect(region.arrived.load(ordering: .relaxed) == region.rounds * threads)
            #expect(region.early.load(ordering: .relaxed) == 0)
            #expect(region.places.withLock { $0 } == Set(0..<Int32(threads)))
        }
    }

    @Test(arguments: [1, 2, 3], [0, 1, 4])
    func `a region's loop runs each iteration once`(threads: Int, chunk: Int) throws {
        _ = try Device(threads: threads)
        for (start, end, step) in [(0, 100, 1), (3, 50, 7), (0, 1, 1), (5, 5, 1), (20, 0, -3)] {
            let iterations = Mutex<[Int]>([])
            parallel(parts: threads) { _, _ in
                var (first, last) = (0, 0)
                var isLeft = GOMP_loop_static_start(start, end, step, chunk, &first, &last)
                while isLeft {
                    iterations.withLock { $0 += stride(from: first, to: last, by: step) }
                    isLeft = GOMP_loop_static_next(&first, &last)
                }
                GOMP_loop_end_nowait()
            }
            #expect(iterations.withLock { Set($0) } == Set(stride(from: start, to: end, by: step)))
            #expect(iterations.withLock(\.count) == Array(stride(from: start, to: end, by: step)).count)
        }
    }

    @Test func `oneDNN finds the program's own threads`() {
        func place(_ function: @convention(c) () -> Int32) -> UnsafeMutableRawPointer {
            unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
        }
        let barrier: @convention(c) () -> Void = GOMP_barrier
        #expect(dlsym(nil, "GOMP_barrier") == unsafeBitCast(barrier, to: UnsafeMutableRawPointer.self))
        for name in ["parallel_start", "parallel_end", "loop_static_start", "loop_static_next", "loop_end_nowait"] {
            // All are defined in one file; definitions from another library would be far away.
            let distance = Int(bitPattern: dlsym(nil, "GOMP_\(name)")) - Int(bitPattern: dlsym(nil, "GOMP_barrier"))
            #expect(abs(distance) < 1 << 16, "GOMP_\(name)")
        }
        #expect(dlsym(nil, "omp_get_max_threads") == place(omp_get_max_threads))
        #expect(dlsym(nil, "omp_get_num_threads") == place(omp_get_num_threads))
        #expect(dlsym(nil, "omp_get_thread_num") == place(omp_get_thread_num))
        #expect(dlsym(nil, "omp_in_parallel") == place(omp_in_parallel))
    }
}
