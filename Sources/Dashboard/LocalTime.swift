// A date and time of day for display, from seconds since 1970 that include the offset from UTC.

struct LocalTime: Hashable {
    /// `2026-05-04`.
    let date: String
    /// `10:05:12`.
    let timeOfDay: String

    /// - Parameter seconds: seconds since 1970, in local time.
    init(_ seconds: Int) {
        let (days, second) = seconds.flooredDivision(by: 86_400)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        timeOfDay = [second / 3600, second / 60 % 60, second % 60].map(two).joined(separator: ":")
        // Days since 0000-03-01, so that a leap day is the last of its year.
        //
        // **Source**: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days.
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = era * 400 + yearOfEra + (month < 10 ? 0 : 1)
        date = "\(year)-\(two(month < 10 ? month + 3 : month - 9))-\(two(dayOfYear - (153 * month + 2) / 5 + 1))"
    }
}

extension Int {
    /// Quotient and remainder, the remainder never negative.
    fileprivate func flooredDivision(by divisor: Int) -> (Int, Int) {
        let remainder = (self % divisor + divisor) % divisor
        return ((self - remainder) / divisor, remainder)
    }
}
