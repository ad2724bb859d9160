// Runs that start with the weights of another run.

import Checkpoints
import Experiments
import Foundation
import Runner
import RunStore
import Testing
import Training

@Suite struct InitialWeightsTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    private func sentence(_ from: String) -> String {
        workshop.experiment.network.from = from
        do { _ = try workshop.new() } catch { return "\(error)" }
        return ""
    }

    @Test func `a run starts with another run's best weights and says so, whatever happens to that run`() throws {
        let first = try workshop.train(try workshop.new())
        workshop.experiment.training.seed = 99
        workshop.experiment.network.from = "last"
        workshop.experiment.training.learningRate = 1e-30
        let second = try workshop.train(try workshop.new(), stopAfter: 2)
        #expect(try workshop.store.run(named: "last").experiment().network.from == "bands-1")
        #expect(second.warnings == ["4 of 4 layers start with the weights of last"])
        #expect(second.weights == first.weights, "a learning rate of nearly 0 changes nothing")
        try workshop.store.delete(try workshop.store.run(named: "bands-1"))
        let newest = try #require(workshop.store.checkpoints(of: try workshop.store.run(named: "last")).all.first)
        try FileManager.default.removeItem(atPath: "\(newest.path)/position.json")
        let resumed = try workshop.train(try workshop.resume())
        #expect(resumed.warnings.first?.hasSuffix("; the run starts over") == true)
        #expect(resumed.weights == first.weights)
    }

    @Test func `an unknown run, one without weights and one that does not fit are refused`() throws {
        #expect(sentence("other-1").hasPrefix("network.from: "))
        workshop.experiment.network.from = nil
        _ = try workshop.train(try workshop.new(), stopAfter: 1)
        workshop.experiment.network.blocks = [Block(numConvs: 1, outChannels: 6), Block(numConvs: 1, outChannels: 16)]
        #expect(sentence("bands-1").contains("no layer of this experiment's network has the shape of its first one"))
        #expect(try workshop.store.runs().count == 1, "a refused run leaves nothing")
    }
}
