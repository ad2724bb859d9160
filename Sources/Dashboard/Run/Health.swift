// Whether a run learns, from what its series has kept.

internal import Experiments
internal import RunLog

extension RunSeries {
    /// What is wrong with the run's learning, if anything.
    var diagnosis: Diagnosis? {
        LearningRecord(started, epochs: epochs, latest: latest, layers: layers, recent: recentMeans).diagnosis
    }

    /// Means over the last 100 steps, the points' steps counted; `nil` while there are not as many.
    private var recentMeans: LearningRecord.Means? {
        var (steps, loss, accuracy) = (0, 0.0, 0.0)
        var dead: Double? = 0
        for point in points.reversed() {
            let weight = Double(point.weight)
            steps += point.weight
            loss += point.loss * weight
            accuracy += point.accuracy * weight
            dead = dead.flatMap { sum in point.deadShare.map { sum + $0 * weight } }
            guard steps >= 100 else { continue }
            let count = Double(steps)
            return LearningRecord.Means(
                loss: loss / count, accuracy: accuracy / count, deadShare: dead.map { $0 / count })
        }
        return nil
    }
}

extension Catalog {
    /// What the list shows of a run's learning: all that is wrong while it trains, and of one that is done only that it has
    /// never learned. Any other end says enough.
    func diagnosis(of run: RunEntry) -> Diagnosis? {
        switch run.state {
        case .running, .paused: run.isReplay ? nil : series[run.name]?.diagnosis
        case .completed: run.diagnosisOfLastEpoch
        case .queued, .stopped, .interrupted, .diverged, .failed: nil
        }
    }
}

extension RunEntry {
    /// What the figures of the last epoch say.
    fileprivate var diagnosisOfLastEpoch: Diagnosis? {
        guard let facts = data?.facts, let loss = status.loss, let trainAccuracy = status.trainAccuracy,
            let testAccuracy = status.testAccuracy
        else { return nil }
        return LearningRecord.diagnosis(
            loss: loss, trainAccuracy: trainAccuracy, testAccuracy: testAccuracy, numClasses: facts.numClasses,
            step: status.step)
    }
}
