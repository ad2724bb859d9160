// The search for a learning rate in the form.

internal import Experiments
internal import RunLog

/// A learning rate that a search suggests, as the median over seeds with the lowest and the highest.
package struct RateSuggestion: Sendable, Hashable {
    package var name: String
    package var rate: Double
    package var lowest: Double
    package var highest: Double

    package init(name: String, rate: Double, lowest: Double, highest: Double) {
        (self.name, self.rate, self.lowest, self.highest) = (name, rate, lowest, highest)
    }
}

/// A search that was started from the form.
struct RateSearch: Hashable {
    let experiment: Experiment
    /// `nil` until it has ended.
    private(set) var answer: Result<[RateSuggestion], Problem>?
    /// Number of suggestions that the user has tried.
    private(set) var used = 0

    init(_ experiment: Experiment) { self.experiment = experiment }

    /// The experiment, until the search has ended.
    var running: Experiment? { answer == nil ? experiment : nil }

    mutating func take(_ answer: Result<[RateSuggestion], Problem>, for experiment: Experiment) {
        if experiment == self.experiment, self.answer == nil { self.answer = answer }
    }

    /// Returns the next suggestion, from the first one again after the last.
    mutating func next() -> RateSuggestion? {
        guard case .success(let suggestions)? = answer, !suggestions.isEmpty else { return nil }
        defer { used += 1 }
        return suggestions[used % suggestions.count]
    }

    /// Whether it answers the question for an experiment: all settings but the learning rate and the name are the same.
    func isFor(_ other: Experiment) -> Bool {
        var (ours, other) = (experiment, other)
        (ours.name, ours.training.learningRate) = ("", 1)
        (other.name, other.training.learningRate) = ("", 1)
        return ours == other
    }
}

extension VariantForm {
    /// Drops the search if the experiment has changed since.
    mutating func dropOldRates() {
        if let search = rateSearch, let preview, !search.isFor(preview) { rateSearch = nil }
    }

    /// Puts the next suggestion into the field of the learning rate.
    mutating func useNextRate() {
        guard let suggestion = rateSearch?.next() else { return }
        set("training.lr", to: suggestion.text)
    }
}

extension RateSuggestion {
    /// The rate with two significant digits, as in `0.12` and `3e-4`.
    var text: String { Self.text(rate) }

    /// With the range over the seeds.
    var description: String {
        lowest == highest ? "\(name) \(text)" : "\(name) \(text) (\(Self.text(lowest)) … \(Self.text(highest)))"
    }

    private static func text(_ rate: Double) -> String { Readable.significant(rate) }
}

extension State {
    /// Starts a search for the experiment in the form, stops it, or uses its next suggestion.
    mutating func findRate() -> [Effect] {
        guard let form else { return [] }
        if form.parent != nil {
            say("a search starts from new weights; for a fork, try a rate below its parent's", isError: true)
        } else if form.rateSearch?.running != nil {
            self.form?.rateSearch = nil  // `update` stops it
        } else if form.rateSearch != nil {
            self.form?.useNextRate()
        } else if let experiment = form.experiment {
            self.form?.rateSearch = RateSearch(experiment)
            return [.findRate(experiment)]
        } else {
            say("correct the form first: \(form.flaws.first?.problem ?? "it is not valid")", isError: true)
        }
        return []
    }
}
