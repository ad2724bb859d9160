internal import GRDB

/// Why a store, or a run in it, cannot be used. `description` is one sentence.
package struct RunStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a user can do, for a caller that knows how.
    package enum Remedy: Sendable, Hashable {
        /// Keep the runs in another folder.
        case otherFolder
        /// Keep the runs in a folder on another file system.
        case otherFileSystem
        /// Look up the names of the runs.
        case listOfRuns
    }

    package let description: String
    /// What a user can do, apart from what `description` says.
    package let remedy: Remedy?
    /// Whether only disk space is missing.
    let isOfFullDisk: Bool

    init(_ description: String, _ remedy: Remedy? = nil) {
        self.description = description
        self.remedy = remedy
        isOfFullDisk = false
    }

    /// Creates the error for a path that this user has no permission to read.
    static func unreadable(_ path: String) -> RunStoreError {
        RunStoreError("\(path): no permission to read it; ask its owner", .otherFolder)
    }

    init(_ path: String, _ error: any Error) {
        let code = (error as? DatabaseError)?.extendedResultCode
        isOfFullDisk = code == .SQLITE_FULL || code == .SQLITE_IOERR_SHMSIZE
        let result = (error as? DatabaseError)?.resultCode
        let isUnwritable = result.map { [.SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM].contains($0) } ?? false
        remedy = isOfFullDisk || isUnwritable ? .otherFolder : nil
        let cause =
            switch result {
            case _ where isOfFullDisk: "the disk is full; make room"
            case _ where isUnwritable: "cannot be written"
            case .SQLITE_BUSY, .SQLITE_LOCKED: "another program has locked it; try again when that has ended"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                "is damaged; training the next run renames it and creates a new one"
            default: "cannot be used: \((error as? DatabaseError)?.message ?? String(describing: error))"
            }
        description = "\(path): \(cause)"
    }
}
