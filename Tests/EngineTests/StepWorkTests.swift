// Predicted relative step times, compared with measurements.

import Engine
import Experiments
import Testing

@Suite struct StepWorkTests {
    @Test func `speeds predicted from the quick start's speed are within a third`() throws {
        // Images per second of `vgglab bench` on two cores of an AMD EPYC with AVX-512.
        let measured: [(Variant, ratio: Int, side: Int, classifier: [Int], batch: Int, speed: Double)] = [
            (.vgg11, 4, 64, [512, 512], 128, 2205), (.vgg11, 1, 32, [512, 512], 128, 448),
            (.vgg11, 4, 224, [4096, 4096], 128, 145), (.vgg11, 8, 224, [4096, 4096], 128, 283),
            (.vgg11, 16, 224, [4096, 4096], 128, 421), (.vgg11, 2, 224, [4096, 4096], 64, 46.7),
            (.vgg11, 1, 224, [4096, 4096], 32, 12.3), (.vgg11, 4, 96, [4096, 4096], 128, 570),
            (.vgg16, 4, 224, [4096, 4096], 64, 72.9),
        ]
        func work(_ variant: Variant, _ ratio: Int, _ side: Int, _ classifier: [Int], _ batch: Int) throws -> Double {
            var experiment = Experiment(name: "a")
            experiment.network.blocks = variant.blocks
            experiment.network.ratio = ratio
            experiment.network.classifier = classifier
            experiment.data.resize = side
            return EngineCosts(ProcessorTraits()).trainingWork(
                of: try experiment.network(numClasses: 10), batchSize: batch)
        }
        let quick = 6191 * (try work(.vgg11, 4, 32, [512, 512], 128))
        for (variant, ratio, side, classifier, batch, speed) in measured {
            let share = quick / (try work(variant, ratio, side, classifier, batch)) / speed
            #expect((0.7...1.4).contains(share), "\(variant) ratio \(ratio) side \(side): \(share)")
        }
    }
}
