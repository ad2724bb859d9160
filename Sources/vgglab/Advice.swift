// What users of commands can do about errors of the libraries, which know settings and files, but no options.

import Files

/// Returns an error's sentence, with advice that names the option to use.
func advised(_ error: any Error) -> String {
    switch error {
    case let error as FileError where error.isNameTaken: "\(error), or replace it with --overwrite"
    default: "\(error)"
    }
}
