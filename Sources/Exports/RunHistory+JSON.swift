// A whole run as one JSON object.

internal import Experiments
internal import RunLog

extension RunHistory {
    /// `run`, `experiment`, `facts`, `epochs`, `steps`, `warnings` and `outcome`, with the keys of JSON Lines.
    ///
    /// Each has the `time` of its record; `facts` has that of the start. `experiment` and `facts` are null without a
    /// start, `outcome` while the run continues.
    var json: JSON {
        var facts: [JSON.Member] = []
        if case .object(let members)? = start?.timed { facts = members }
        return [
            "run": (start ?? steps.first ?? epochs.first ?? end).map { .string($0.run) } ?? .null,
            "experiment": facts.first { $0.key == "experiment" }?.value ?? .null,
            "facts": start == nil ? .null : .object(facts.filter { $0.key != "experiment" }),
            "epochs": .array(epochs.map(\.timed)),
            "steps": .array(steps.map(\.timed)),
            "warnings": .array(warnings.map(\.timed)),
            "outcome": end?.timed ?? .null,
        ]
    }
}

extension RunRecord {
    /// The record's time and members.
    fileprivate var timed: JSON {
        guard case .object(let members) = json else { return .null }
        return .object(members.filter { !["event", "run", "sequence"].contains($0.key) })
    }
}
