internal import GRDB

/// Why a store, or a run in it, cannot be used. `description` is one sentence.
package struct RunStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether only disk space is missing.
    let isOfFullDisk: Bool

    init(_ description: String) {
        self.description = description
        isOfFullDisk = false
    }

    /// Creates the error for a path that this user has no permission to read.
    static func unreadable(_ path: String) -> RunStoreError {
        RunStoreError("\(path): no permission to read it; ask its owner, or choose another folder with --runs DIR")
    }

    init(_ path: String, _ error: any Error) {
        let advice = "choose another folder with --runs DIR"
        let code = (error as? DatabaseError)?.extendedResultCode
        isOfFullDisk = code == .SQLITE_FULL || code == .SQLITE_IOERR_SHMSIZE
        let cause =
            switch (error as? DatabaseError)?.resultCode {
            case _ where isOfFullDisk: "the disk is full; make room, or \(advice)"
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: "cannot be written; \(advice)"
            case .SQLITE_BUSY, .SQLITE_LOCKED: "another program has locked it; try again when that has ended"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                "is damaged; training the next run renames it and creates a new one"
            default: "cannot be used: \((error as? DatabaseError)?.message ?? String(describing: error))"
            }
        description = "\(path): \(cause)"
    }
}
