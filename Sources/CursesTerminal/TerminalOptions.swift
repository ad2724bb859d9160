// What a user has said about colours and characters, by options or the environment.

internal import Glibc
package import Screen

/// How to use a terminal.
package struct TerminalOptions: Hashable, Sendable {
    /// Whether colours may be used where there are any.
    package var allowsColor: Bool
    /// Whether only ASCII may be shown, whatever the locale says.
    package var isASCII: Bool
    /// The set of colours to begin with.
    package var palette: Palette

    /// - Parameters:
    ///   - allowsColor: `false` also if `NO_COLOR` is set and not empty.
    ///   - isASCII: `true` also where the locale has no UTF-8.
    ///   - palette: the set of colours to begin with.
    package init(allowsColor: Bool = true, isASCII: Bool = false, palette: Palette = .colorBlindSafe) {
        let refusal = getenv("NO_COLOR").map { String(cString: $0) } ?? ""
        self.allowsColor = allowsColor && refusal.isEmpty
        self.isASCII = isASCII || !Self.hasUTF8
        self.palette = palette
    }

    /// Takes over the environment's locale for characters, and only for them.
    private static var hasUTF8: Bool {
        if setlocale(LC_CTYPE, "") == nil {
            // A locale that is not installed here, as after ssh from another system; its name tells what is meant.
            let name = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { (name: String) in getenv(name) }.map {
                String(cString: $0)
            }
            .first { !$0.isEmpty }
            guard let name = name?.uppercased(), name.hasSuffix("UTF-8") || name.hasSuffix("UTF8") else { return false }
            setlocale(LC_CTYPE, "C.UTF-8")
        }
        return nl_langinfo(nl_item(CODESET)).map { String(cString: $0) } == "UTF-8"
    }
}
