import Experiments
import Testing

@Suite struct NetworkTests {
    @Test func `VGG-11 at ratio 4 has the notebook's shapes`() throws {
        let network = try Experiment(name: "a").network(numClasses: 10)
        #expect(network.layers.last?.outputShape == [10])
        #expect(network.forwardMACs > 0)
    }
}
