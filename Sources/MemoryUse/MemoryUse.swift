// Whether the system has memory left, asked before what cannot say that there is none: Swift's arrays end the program,
// and oneDNN 2.6 reads at address 0 where the system gives it no memory for code.

internal import Glibc

/// Whether the system would give the process `byteCount` bytes more, and still have some to spare for all the small things
/// that ask for memory unasked.
///
/// What is told is so at this moment: other threads may take it.
package func isMemoryLeft(for byteCount: Int = 0) -> Bool {
    let spare = 32 << 20
    let (length, overflow) = max(byteCount, 0).addingReportingOverflow(spare)
    guard !overflow else { return false }
    // Mapped and unmapped: nothing is touched, but all limits are asked.
    let place = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let place, place != MAP_FAILED else { return false }
    munmap(place, length)
    return true
}
