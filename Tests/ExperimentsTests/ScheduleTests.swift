// Learning rates, compared with values computed by torch.optim.lr_scheduler.

import Experiments
import Testing

@Suite struct ScheduleTests {
    /// Five epochs of four steps at lr 0.1.
    private func rates(_ change: (inout TrainingRecipe) -> Void) -> [Double] {
        var recipe = TrainingRecipe(learningRate: 0.1, epochs: 5)
        change(&recipe)
        return (0..<20).map { recipe.learningRate(atStep: $0, stepsPerEpoch: 4) }
    }

    private func expect(_ rates: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(rates.count == expected.count, sourceLocation: sourceLocation)
        for (rate, expected) in zip(rates, expected) {
            #expect(abs(rate - expected) <= 1e-8 * expected, sourceLocation: sourceLocation)
        }
    }

    @Test func `a constant rate equals the recipe's exactly`() {
        #expect(rates { _ in } == [Double](repeating: 0.1, count: 20))
    }

    @Test func `step and multistep reduce the rate between epochs`() {
        let expected = [0.1, 0.1, 0.05, 0.05, 0.025].flatMap { [Double](repeating: $0, count: 4) }
        expect(rates { ($0.schedule, $0.stepEvery, $0.rateFactor) = (.step, 2, 0.5) }, expected)
        let milestones = [0.1, 0.01, 0.01, 0.001, 0.001].flatMap { [Double](repeating: $0, count: 4) }
        expect(rates { ($0.schedule, $0.milestones) = (.multistep, [1, 3]) }, milestones)
    }

    @Test func `cosine and linear decay to the final rate`() {
        expect(
            rates { ($0.schedule, $0.lastRate) = (.cosine, 0.01) },
            [
                0.1, 0.0994459753, 0.0977975432, 0.0950952936, 0.0914057647, 0.0868198052, 0.0814503364, 0.0754295725,
                0.0689057647, 0.0620395509, 0.055, 0.0479604491, 0.0410942353, 0.0345704275, 0.0285496636,
                0.0231801948, 0.0185942353, 0.0149047064, 0.0122024568, 0.0105540247,
            ])
        expect(
            rates { ($0.schedule, $0.lastRate) = (.linear, 0.01) }, (0..<20).map { 0.1 - 0.0045 * Double($0) })
    }

    @Test func `one-cycle rises, then falls`() {
        expect(
            rates { $0.schedule = .oneCycle },
            [
                0.004, 0.0131671843, 0.0371671843, 0.0668328157, 0.0908328157, 0.1, 0.0987464006, 0.0950484632,
                0.0890916178, 0.0811745654, 0.0716943002, 0.0611262022, 0.0500002, 0.0388741978, 0.0283060998,
                0.0188258346, 0.0109087822, 0.0049519368, 0.00125399938, 4e-07,
            ])
        expect(
            rates { ($0.schedule, $0.peakAt) = (.oneCycle, 0.5) },
            [
                0.004, 0.0068947542, 0.0152298667, 0.028, 0.0436648875, 0.0603351125, 0.076, 0.0887701333,
                0.0971052458, 0.1, 0.0975528356, 0.0904508879, 0.0793893451, 0.0654509879, 0.0500002, 0.0345494121,
                0.0206110549, 0.00954951208, 0.0024475644, 4e-07,
            ])
    }

    @Test func `warmup is linear, and cosine annealing starts after it`() {
        let expected = [
            0.025, 0.05, 0.075, 0.1, 0.1, 0.099039264, 0.0961939766, 0.0915734806, 0.0853553391, 0.0777785117,
            0.0691341716, 0.0597545161, 0.05, 0.0402454839, 0.0308658284, 0.0222214883, 0.0146446609, 0.00842651938,
            0.00380602337, 0.00096073598,
        ]
        expect(rates { ($0.schedule, $0.warmupEpochs) = (.cosine, 1) }, expected)
        expect(rates { ($0.schedule, $0.warmupSteps) = (.cosine, 4) }, expected)
        expect(rates { $0.warmupEpochs = 0.5 }, [0.05] + [Double](repeating: 0.1, count: 19))
    }

    @Test(arguments: TrainingRecipe.Schedule.allCases)
    func `every rate is positive, even in very short runs`(schedule: TrainingRecipe.Schedule) {
        for (epochs, stepsPerEpoch) in [(1, 1), (1, 2), (2, 1), (3, 7)] {
            var recipe = TrainingRecipe(learningRate: 0.1, epochs: epochs)
            (recipe.schedule, recipe.milestones) = (schedule, [1])
            for step in 0..<epochs * stepsPerEpoch {
                let rate = recipe.learningRate(atStep: step, stepsPerEpoch: stepsPerEpoch)
                #expect(rate > 0 && rate <= 0.1 * (1 + 1e-12))
            }
        }
    }
}
