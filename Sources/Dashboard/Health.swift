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
    /// What is wrong with a run's learning, while it trains and after; `nil` where its state says worse.
    func diagnosis(of run: RunEntry) -> Diagnosis? {
        guard [.running, .paused, .done, .stopped].contains(run.state) else { return nil }
        return series[run.name]?.diagnosis ?? run.diagnosisOfLastEpoch
    }
}

extension RunEntry {
    /// What the figures alone say, as long as the run's history has not been read.
    fileprivate var diagnosisOfLastEpoch: Diagnosis? {
        guard !state.isActive, let facts = data?.facts, let loss, let trainAccuracy, let testAccuracy else {
            return nil
        }
        return LearningRecord.diagnosis(
            loss: loss, trainAccuracy: trainAccuracy, testAccuracy: testAccuracy, numClasses: facts.numClasses,
            step: step)
    }
}
