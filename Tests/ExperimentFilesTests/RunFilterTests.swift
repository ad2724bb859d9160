// Filters as typed by users.

import ExperimentFiles
import Experiments
import Testing

@Suite struct RunFilterTests {
    private let experiment = Experiment(
        name: "vgg13-ratio8", description: "A Deeper one",
        network: NetworkRecipe(blocks: Variant.vgg13.blocks, ratio: 8),
        data: DataRecipe(resize: 96), training: TrainingRecipe(learningRate: 0.05))
    private let status: RunStatus = {
        var status = RunStatus(.failed)
        (status.testAccuracy, status.tags) = (0.861, ["paper", "final"])
        return status
    }()

    @Test(arguments: [
        "", "  ", "vgg13", "VGG13", "deeper", "lr>=0.05", "lr=5e-2", "training.lr<=0.05", "learning_rate=0.05",
        "lr>0.04 lr<0.06", "ratio=8", "depth=13", "resize!=224", "state=failed", "-state=completed", "acc>0.8",
        "tag=final",
        "final", "-running", "!running", "variant=vgg13", "name=vgg13-ratio8-2", "batch=128", "shuffle=true",
        "chunk=auto", "chunk!=8",
    ]) func `matching experiments pass`(text: String) throws {
        #expect(try RunFilter(text).matches(experiment, name: "vgg13-ratio8-2", status))
    }

    @Test(arguments: [
        "vgg11", "-vgg13", "lr>0.05", "lr<0.05", "lr=x", "ratio=4", "state=fail", "-failed", "acc<0.5", "best>0",
        "tag=fin", "vgg13 lr=1", "depth>13", "state>a",
    ]) func `others do not`(text: String) throws {
        #expect(try !RunFilter(text).matches(experiment, name: "vgg13-ratio8-2", status))
    }

    @Test(arguments: [("done", RunState.completed), ("waiting", .queued), ("Held", .paused)])
    func `a state's former name is still accepted`(word: String, state: RunState) throws {
        for other in RunState.allCases {
            let isMatch = try RunFilter("state=\(word)").matches(experiment, name: "a-1", RunStatus(other))
            #expect(isMatch == (other == state))
        }
    }

    @Test func `an entry without an experiment is found by its texts`() throws {
        let facts: RunFilter.Facts = ["name": .text("a/broken.yaml"), "state": .text("broken")]
        for text in ["", "broken", "state=broken", "-lr=0.05"] {
            #expect(try RunFilter(text).matches(facts: facts), "\(text)")
        }
        for text in ["lr=0.05", "lr>0", "depth=11", "vgg11", "-broken"] {
            #expect(try !RunFilter(text).matches(facts: facts), "\(text)")
        }
    }

    @Test(arguments: [
        ("lr>=", "lr>=: write key>=value, such as lr>=0.05"), ("=3", "=3: write key=value, such as lr>=0.05"),
        ("ratioo=4", "unknown key ratioo in the filter; did you mean ratio?"),
        ("lr>=abc", "lr>=abc: abc is not a number; write one, such as lr>=0.05"),
        ("best=high", "best=high: high is not a number; write one, such as best=0.05"),
        ("xyzzyx=4", "unknown key xyzzyx in the filter; try lr, ratio, state or acc"),
    ]) func `an invalid filter is reported`(text: String, sentence: String) {
        let error = #expect(throws: Problem.self) { try RunFilter(text) }
        #expect(error?.description == sentence)
    }
}
