// Commands that a user can give, independent of the key or mouse button. Keys.swift binds keys to these.

package enum Command: Hashable {
    // Everywhere.
    case quit, help, redraw, suspend, back
    case show(Tab)
    case nextPanel, previousPanel, maximize, palette
    // Moving.
    case up, down, pageUp, pageDown, first, last, left, right
    // Rows.
    case open, mark, markAll, filter, sort, sortReverse
    // Runs.
    case newVariant, fork, stop, pause, resume, restart, earlier, later, delete, tags, note
    // Charts.
    case axis, secondChart, logarithmic, smoothing, zoomIn, zoomOut, panLeft, panRight, wholeCurve
    // The form.
    case launchForm, saveForm, saveAndLaunchForm, findRate
    case addLine, copyLine, removeLine, lineUp, lineDown
    // Images.
    case allImages, wrongImages, reloadImages
    // The log.
    case search, nextMatch, previousMatch
    // The quit dialog.
    case stopAndQuit, confirm
}

/// Groups of commands in the help.
enum CommandGroup: String, CaseIterable {
    case runs = "Runs"
    case network = "Blocks and layers"
    case list = "List"
    case curves = "Curves"
    case images = "Images"
    case log = "Log"
    case moving = "Moving"
    case views = "Views and program"
}

extension Command {
    var group: CommandGroup {
        switch self {
        case .open, .newVariant, .fork, .stop, .pause, .resume, .restart, .earlier, .later, .delete, .tags, .note,
            .launchForm, .saveForm, .saveAndLaunchForm, .findRate:
            .runs
        case .addLine, .copyLine, .removeLine, .lineUp, .lineDown: .network
        case .mark, .markAll, .filter, .sort, .sortReverse: .list
        case .axis, .secondChart, .logarithmic, .smoothing, .zoomIn, .zoomOut, .panLeft, .panRight, .wholeCurve: .curves
        case .allImages, .wrongImages, .reloadImages: .images
        case .search, .nextMatch, .previousMatch: .log
        case .up, .down, .pageUp, .pageDown, .first, .last, .left, .right, .nextPanel, .previousPanel, .back: .moving
        case .quit, .help, .redraw, .suspend, .show, .maximize, .palette, .stopAndQuit, .confirm: .views
        }
    }
}

/// A view that fills the screen.
package enum Tab: Int, CaseIterable {
    case overview, run, compare, images, log

    var title: String {
        switch self {
        case .overview: "Overview"
        case .run: "Run"
        case .compare: "Compare"
        case .images: "Images"
        case .log: "Log"
        }
    }
}
