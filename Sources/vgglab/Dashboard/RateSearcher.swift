// Searches a learning rate for the dashboard's form, on a thread of its own.

import Dashboard
import Experiments
import Runner
import Synchronization
import Threads
import Training

final class RateSearcher: Sendable {
    private let datasets: DatasetCache
    private let mailbox: Mailbox
    /// Stops the latest search.
    private let latest = Mutex(StopRequest())

    init(_ datasets: DatasetCache, _ mailbox: Mailbox) { (self.datasets, self.mailbox) = (datasets, mailbox) }

    func stop() { latest.withLock { $0.request() } }

    /// Starts a search, which posts its suggestions unless it is stopped.
    func search(_ experiment: Experiment, threads: Int) {
        let stop = StopRequest()
        latest.withLock {
            $0.request()
            $0 = stop
        }
        let hasStarted = startThread { [datasets, mailbox] in
            let answer: Result<[RateSuggestion], Problem>
            do {
                let data = TrainingData(try datasets.dataset(named: experiment.data.dataset), for: experiment)
                let search = RateSearch(experiment, data: data, threads: threads, backend: Vgglab.backend)
                guard let report = try search.run(stop: stop) else { return }
                answer = .success(report.suggestions.map(RateSuggestion.init))
            } catch {
                answer = .failure(Problem("\(error)"))
            }
            mailbox.post(.rates(experiment, answer))
        }
        if !hasStarted { mailbox.post(.notice(Vgglab.noThread, isError: true)) }
    }
}

extension RateSuggestion {
    fileprivate init(_ suggestion: (name: String, median: Double, range: ClosedRange<Double>)) {
        self.init(
            name: suggestion.name, rate: suggestion.median, lowest: suggestion.range.lowerBound,
            highest: suggestion.range.upperBound)
    }
}
