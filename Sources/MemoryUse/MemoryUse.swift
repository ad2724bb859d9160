// Checks for available memory before calls that cannot report a failed allocation: Swift's arrays abort, and oneDNN 2.6
// reads address 0 if it gets no memory for code.

internal import Glibc

/// Returns whether the system would give the process `byteCount` more bytes, and still have some left for small
/// allocations.
///
/// The answer holds only for this moment: other threads may allocate memory.
package func isMemoryLeft(for byteCount: Int = 0) -> Bool {
    let spare = 32 << 20
    let (length, overflow) = max(byteCount, 0).addingReportingOverflow(spare)
    guard !overflow else { return false }
    // Maps and unmaps memory, which touches no page but checks all limits.
    let place = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let place, place != MAP_FAILED else { return false }
    munmap(place, length)
    return true
}
