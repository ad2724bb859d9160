// The user's choices about colours and characters, from options and the environment.

internal import Glibc
package import Screen

package struct TerminalOptions: Hashable, Sendable {
    /// Whether colours are allowed.
    package var allowsColor: Bool
    /// Whether only ASCII is allowed, whatever the locale.
    package var isASCII: Bool
    /// The initial palette.
    package var palette: Palette

    /// - Parameters:
    ///   - allowsColor: also `false` if `NO_COLOR` is set and not empty.
    ///   - isASCII: also `true` if the locale has no UTF-8.
    ///   - palette: the initial palette.
    package init(allowsColor: Bool = true, isASCII: Bool = false, palette: Palette = .colorBlindSafe) {
        let refusal = getenv("NO_COLOR").map { String(cString: $0) } ?? ""
        self.allowsColor = allowsColor && refusal.isEmpty
        self.isASCII = isASCII || !Self.hasUTF8
        self.palette = palette
    }

    /// Sets the environment's locale for characters, and only for them.
    private static var hasUTF8: Bool {
        if setlocale(LC_CTYPE, "") == nil {
            // A locale that is not installed, as after ssh from another system; its name tells the encoding.
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
