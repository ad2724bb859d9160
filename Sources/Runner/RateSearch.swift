// A search for a learning rate: one sweep per seed, from new initial weights.

package import Experiments
package import Model
package import Training

package struct RateSearch: Sendable {
    private let experiment: Experiment
    private let data: TrainingData
    private let steps: Int
    private let seeds: Int
    private let threads: Int
    private let backend: any Backend

    /// - Parameters:
    ///   - steps: number of steps of a sweep, at least 2.
    ///   - seeds: number of sweeps; seeds are counted from the experiment's.
    ///   - threads: number of compute threads.
    package init(
        _ experiment: Experiment, data: TrainingData, steps: Int = 100, seeds: Int = 3, threads: Int,
        backend: any Backend
    ) {
        (self.experiment, self.data, self.steps, self.seeds) = (experiment, data, steps, seeds)
        (self.threads, self.backend) = (threads, backend)
    }

    /// The experiment with the first seed, for its warnings.
    ///
    /// - Throws: `RunnerError` if its network cannot be built or does not fit into memory.
    package func prepare(seed: Int = 0) throws(RunnerError) -> PreparedExperiment {
        var experiment = experiment
        experiment.training.seed &+= UInt64(seed)
        return try PreparedExperiment(experiment, data: data, threads: threads, machine: .current, backend: backend)
    }

    /// Trains once per seed.
    ///
    /// - Returns: `nil` if it was stopped.
    /// - Throws: `RunnerError` or `ModelError`.
    package func run(stop: StopRequest) throws -> RateReport? {
        var sweeps: [RateSweep] = []
        for seed in 0..<seeds {
            let prepared = try prepare(seed: seed)
            let model = try prepared.makeModel()
            let order = prepared.experiment.training.seed
            guard let sweep = try RateSweep.run(model, on: data, steps: steps, seed: order, stop: stop) else {
                return nil
            }
            sweeps.append(sweep)
        }
        return RateReport(sweeps)
    }
}
