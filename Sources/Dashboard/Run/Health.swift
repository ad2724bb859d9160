// Diagnoses a run's learning from its series.

internal import Experiments
internal import RunLog

extension RunSeries {
    /// What is wrong with the run's learning, if anything.
    var diagnosis: Diagnosis? {
        LearningRecord(started, epochs: epochs, latest: latest, layers: layers, recent: recentMeans).diagnosis
    }

    /// Means over the points of the last 100 steps; `nil` if there are fewer.
    private var recentMeans: LearningRecord.Means? {
        var (steps, loss, accuracy) = (0, 0.0, 0.0)
        var dead: Double? = 0
        for point in points.reversed() {
            let weight = Double(point.weight)
            steps += point.weight
            loss += point.figures.loss * weight
            accuracy += point.figures.meanAccuracy * weight
            dead = dead.flatMap { sum in point.figures.deadShare.map { sum + $0 * weight } }
            guard steps >= 100 else { continue }
            let count = Double(steps)
            return LearningRecord.Means(
                loss: loss / count, accuracy: accuracy / count, deadShare: dead.map { $0 / count })
        }
        return nil
    }
}

extension Catalog {
    /// Returns the diagnosis for the list: any while the run trains, and of a completed run only that it never learned.
    /// Any other end speaks for itself.
    func diagnosis(of run: RunEntry) -> Diagnosis? {
        switch run.state {
        case .running, .paused: run.isReplay ? nil : series[run.name]?.diagnosis
        case .completed: run.diagnosisOfLastEpoch
        case .queued, .stopped, .interrupted, .diverged, .failed: nil
        }
    }
}

extension RunEntry {
    /// The diagnosis from the last epoch's values.
    fileprivate var diagnosisOfLastEpoch: Diagnosis? {
        guard let facts = data?.facts, let loss = status.loss, let trainAccuracy = status.trainAccuracy,
            let testAccuracy = status.testAccuracy
        else { return nil }
        return LearningRecord.diagnosis(
            loss: loss, trainAccuracy: trainAccuracy, testAccuracy: testAccuracy, numClasses: facts.numClasses,
            step: status.step)
    }
}
