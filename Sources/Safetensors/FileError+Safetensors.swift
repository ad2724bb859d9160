internal import Files

extension FileError {
    /// Creates the error of a file that is not in the format.
    static func damaged(_ path: String, _ problem: String) -> FileError {
        FileError(path, "not a valid safetensors file: \(problem)")
    }

    /// Creates the error of tensors that do not make a valid file. An existing file is untouched.
    static func unwritable(_ path: String, _ problem: String) -> FileError {
        FileError(path, "cannot be written: \(problem)")
    }
}

extension String {
    /// A tensor's name for a sentence: shortened, and without control characters.
    var quoted: String {
        let cut = unicodeScalars.prefix(81).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return "\"" + String(String.UnicodeScalarView(cut.prefix(80))) + (cut.count > 80 ? "…\"" : "\"")
    }
}
