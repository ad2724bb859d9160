// Why the store cannot do what is asked, in a sentence.

internal import GRDB

/// A store, or a run in it, that cannot be used. `description` is one sentence.
package struct RunStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether room on the disk is all that is missing.
    let isOfFullDisk: Bool

    init(_ description: String) {
        self.description = description
        isOfFullDisk = false
    }

    /// A place that this user may not look into.
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
            case .SQLITE_BUSY, .SQLITE_LOCKED: "another program keeps it locked; try again when that is done"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                "is damaged; the next run that is trained keeps it under another name and begins a new one"
            default: "cannot be used: \((error as? DatabaseError)?.message ?? String(describing: error))"
            }
        description = "\(path): \(cause)"
    }
}
