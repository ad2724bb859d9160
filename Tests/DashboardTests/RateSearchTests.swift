// The search for a learning rate from the form.

import Dashboard
import Experiments
import Screen
import Testing

@Suite("Search for a learning rate in the form")
struct RateSearchTests {
    private func screen(_ state: State) -> String { state.frame().cells.lines.joined(separator: "\n") }

    private let suggestions = [
        RateSuggestion(name: "valley", rate: 0.00713, lowest: 0.0059, highest: 0.0081),
        RateSuggestion(name: "steep", rate: 0.61, lowest: 0.61, highest: 0.61),
    ]

    private func form() throws -> State {
        var state = try Scene.busy()
        state.type("/vgg11-ratio4")
        state.type(.enter, .end, "n")
        return state
    }

    @Test("Ctrl-F searches, shows the suggestions and then uses one after the other")
    func search() throws {
        var state = try form()
        guard case .findRate(let experiment)? = state.type(.control("f")).first else { return #expect(Bool(false)) }
        #expect(experiment.name == "vgg11-ratio4" || experiment.network.ratio == 4)
        #expect(screen(state).contains("Ctrl-F stops"))
        #expect(state.update(.rates(Scene.experiment("other"), .success(suggestions))) == [])
        #expect(screen(state).contains("Ctrl-F stops"), "an answer to another question is skipped")
        _ = state.update(.rates(experiment, .success(suggestions)))
        #expect(screen(state).contains("valley 0.0071 (0.0059 … 0.0081), steep 0.61"))
        #expect(state.type(.control("f")) == [])
        #expect(screen(state).contains(#/learning rate +0.0071 /#) && screen(state).contains("valley 0.0071"))
        state.type(.control("f"))
        #expect(screen(state).contains(#/learning rate +0.61 /#))
        state.type(.control("f"))
        #expect(screen(state).contains(#/learning rate +0.0071 /#))
        guard case .launch(let requests)? = state.type(.enter).first else { return #expect(Bool(false)) }
        #expect(requests.first?.experiment.training.learningRate == 0.0071)
    }

    @Test("Ctrl-F again, another setting, or leaving the form stops the search")
    func stop() throws {
        for keys: [Key] in [[.control("f")], [.tab, "8"], [.escape]] {
            var state = try form()
            state.type(.control("f"))
            let effects = keys.flatMap { state.type($0) }
            #expect(effects.contains(.stopFindingRate), "\(keys)")
            #expect(!screen(state).contains("Ctrl-F stops"))
        }
    }

    @Test("A search without a suggestion, or that fails, says so")
    func failures() throws {
        for (answer, text) in [
            (Result<[RateSuggestion], Problem>.success([]), "no suggestion: the loss did not fall by 5 %"),
            (.failure(Problem("the data set is gone")), "the data set is gone"),
        ] {
            var state = try form()
            guard case .findRate(let experiment)? = state.type(.control("f")).first else { return #expect(Bool(false)) }
            _ = state.update(.rates(experiment, answer))
            #expect(screen(state).replacing("\n", with: " ").contains(text))
        }
    }

    @Test("An invalid form and a fork start no search")
    func refusals() throws {
        var state = try form()
        state.type(.tab, "7")
        #expect(state.type(.control("f")) == [])
        #expect(screen(state).contains("correct the form first"))
        state = try Scene.busy()
        state.type("f")
        #expect(!state.type(.control("f")).contains { if case .findRate = $0 { true } else { false } })
        #expect(screen(state).contains("a search starts from new weights"))
    }
}
