// The log for programs, line by line.

import ExperimentFiles
import Experiments
import Foundation
import RunLog
import Testing

@Suite struct JSONLinesLogTests {
    private let head = #""run":"r1","sequence":0,"time":"2026-01-01T00:00:00.250Z""#

    @Test func `the start has the experiment with the keys of its file`() throws {
        var log = JSONLinesLog()
        var experiment = Experiment(name: "small", description: "A \"small\" one", data: DataRecipe(limitTrain: 640))
        experiment.training.seed = .max
        let text = log.output(of: .runStarted(try started(experiment))).standardOutput
        let expected =
            #"{"event":"run_started",\#(head),"experiment":{"name":"small","description":"A \"small\" one","#
            + #""network":{"variant":"vgg11","blocks":[[1,64],[1,128],[2,256],[2,512],[2,512]],"layers":null,"ratio":4,"kernel":3,"#
            + #""norm":"none","#
            + #""classifier":[4096,4096],"dropout":0.5,"weights":null,"from":null},"data":{"dataset":"fashion-mnist","resize":224,"#
            + #""batch_size":128,"normalize":"none","shuffle":true,"limit_train":640,"limit_test":null,"sampling":"stratified","validation":0.0,"flip":false,"shift":0,"crop":1.0,"erase":0.0},"training":{"optimizer":"sgd","#
            + #""lr":0.05,"schedule":"constant","step_every":1,"lr_patience":3,"milestones":[],"lr_factor":0.1,"min_lr":0.0,"peak_at":0.3,"#
            + #""warmup_epochs":0.0,"warmup_steps":0,"momentum":0.0,"nesterov":false,"beta1":0.9,"beta2":0.999,"eps":1e-08,"weight_decay":0.0,"decay":"all","clip_norm":null,"ema":null,"label_smoothing":0.0,"epochs":10,"max_minutes":null,"#
            + #""early_stopping":null,"patience":5,"min_delta":0.0,"seed":18446744073709551615,"init":"xavier_uniform","init_std":0.01,"#
            + #""precision":"float32"},"engine":{"convolution":"auto","chunk":null},"#
            + #""checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"#
            + #""dataset":"Fashion-MNIST in /data","num_classes":10,"channels":1,"parameters":43093322,"train_examples":60000,"#
            + #""test_examples":10000,"steps_per_epoch":469,"threads":2,"machine":"Xeon, 2 cores, 8 GiB","#
            + #""engine":"oneDNN 2.7, Winograd","predicted_memory_bytes":966367642,"resumed_step":0,"#
            + #""inherited_seconds":0.0}"# + "\n"
        #expect(text == expected)
    }

    @Test func `the experiment has every key of its file`() {
        let json = Experiment(name: "a").json
        for key in ExperimentKey.all { #expect(json[path: key.path] != nil, "\(key.path)") }
        #expect(json[path: "training.lr"] == .number(0.05))
        #expect(json[path: "training.none"] == nil && json[path: "name.none"] == nil)
    }

    @Test func `a checkpoint reports its place and size`() {
        var log = JSONLinesLog()
        let saved = CheckpointSaved(step: 938, epoch: 2, byteCount: 172_000_000, seconds: 0.25)
        #expect(
            log.output(of: .checkpointSaved(saved)).standardOutput
                == #"{"event":"checkpoint_saved",\#(head),"step":938,"epoch":2,"bytes":172000000,"seconds":0.25}"#
                + "\n")
    }

    @Test func `progress is an object of numbers`() {
        var log = JSONLinesLog()
        #expect(
            log.output(of: .progress(progress(at: 12.5))).standardOutput
                == #"{"event":"progress",\#(head),"epoch":3,"step":1058,"step_in_epoch":120,"steps_per_epoch":469,"#
                + #""examples_seen":135296,"elapsed_seconds":12.5,"loss":0.5,"mean_loss":0.412,"mean_accuracy":0.847,"#
                + #""examples_per_second":212.3,"remaining_seconds":1860.0,"gradient_norm":1.5,"dead_share":0.125,"#
                + #""mean_examples_per_second":209.5,"learning_rate":null}"#
                + "\n")
    }

    @Test func `layers are included in the steps that have them`() {
        var log = JSONLinesLog()
        var progress = progress(at: 12.5)
        progress.layers = [
            LayerHealth(name: "features.0", deadShare: 0.25, updateRatio: 0.001),
            LayerHealth(name: "classifier.0", deadShare: nil, updateRatio: .nan),
        ]
        #expect(
            log.output(of: .progress(progress)).standardOutput.hasSuffix(
                #""mean_examples_per_second":209.5,"learning_rate":null,"layers":[{"layer":"features.0","dead_share":0.25,"update_ratio":0.001},"#
                    + #"{"layer":"classifier.0","dead_share":null,"update_ratio":null}]}"# + "\n"))
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func `a loss that is not finite is null`(loss: Double) {
        var log = JSONLinesLog()
        let text = log.output(of: .progress(progress(loss: loss, at: 1, remaining: nil))).standardOutput
        #expect(text.contains(#""loss":null,"mean_loss":null,"#))
        #expect(text.contains(#""remaining_seconds":null,"#))
    }

    @Test func `an epoch is an object of numbers`() {
        var log = JSONLinesLog()
        #expect(
            log.output(of: .epochFinished(metrics())).standardOutput
                == #"{"event":"epoch_finished",\#(head),"epoch":3,"step":1407,"elapsed_seconds":100.0,"train_loss":0.412,"#
                + #""train_accuracy":0.847,"test_loss":0.4,"test_accuracy":0.861,"examples_per_second":212.3,"#
                + #""step_examples_per_second":214.0,"remaining_seconds":1860.0,"#
                + #""train_seconds":280.5,"evaluation_seconds":null,"validation_loss":null,"validation_accuracy":null}"#
                + "\n")
    }

    @Test func `a running evaluation writes a line per second`() {
        func evaluating(_ examples: Int, at seconds: Double) -> RunEvent {
            .evaluating(
                EvaluationProgress(
                    epoch: 3, step: 1407, examples: examples, allExamples: 10000, elapsedSeconds: seconds,
                    remainingSeconds: nil))
        }
        var log = JSONLinesLog()
        let written = [(0, 1.0), (128, 1.5), (256, 2)].map { log.output(of: evaluating($0.0, at: $0.1)).standardOutput }
        #expect(
            written[0] == #"{"event":"evaluating",\#(head),"epoch":3,"step":1407,"examples":0,"all_examples":10000,"#
                + #""elapsed_seconds":1.0,"remaining_seconds":null}"# + "\n")
        #expect(written[1].isEmpty && !written[2].isEmpty)
    }

    @Test func `a warning is a line on standard output`() {
        var log = JSONLinesLog()
        #expect(
            log.output(of: .warning("hot \\ \"x\"\n"))
                == LogOutput(
                    standardOutput: #"{"event":"warning",\#(head),"message":"hot \\ \"x\"\n"}"# + "\n"))
    }

    @Test(arguments: [
        (Outcome.completed, #""outcome":"completed","diverged_at_step":null,"reason":null,"#),
        (.stopped, #""outcome":"stopped","diverged_at_step":null,"reason":null,"#),
        (.diverged(step: 7), #""outcome":"diverged","diverged_at_step":7,"reason":null,"#),
        (.failed(reason: "no\u{1B}"), #""outcome":"failed","diverged_at_step":null,"reason":"no\u001b","#),
    ]) func `the end has the outcome`(outcome: Outcome, members: String) {
        var log = JSONLinesLog()
        #expect(
            log.output(of: .runFinished(summary(outcome, step: 9, last: nil, best: nil))).standardOutput
                == #"{"event":"run_finished",\#(head),"# + members + #""step":9,"last_epoch":null,"best_epoch":null,"#
                + #""examples_per_second":198.4,"overall_examples_per_second":187.6,"step_examples_per_second":212.3,"elapsed_seconds":250.0,"#
                + #""peak_memory_bytes":966367642}"# + "\n")
    }

    @Test func `the end has the last and the best epoch`() throws {
        var log = JSONLinesLog()
        let end = summary(.completed, last: metrics(epoch: 10), best: metrics(epoch: 9, testAccuracy: 0.921))
        let text = log.output(of: .runFinished(end)).standardOutput
        #expect(text.contains(#""last_epoch":{"epoch":10,"step":4690,"#))
        #expect(text.contains(#""best_epoch":{"epoch":9,"step":4221,"#))
        #expect(text.contains(#""test_accuracy":0.921"#))
    }

    @Test func `progress is written once a second and at the end of an epoch`() {
        var log = JSONLinesLog()
        let written = [0.1, 0.5, 1.0, 1.1, 1.9, 2.2].map { !log.output(of: .progress(progress(at: $0))).isEmpty }
        #expect(written == [true, false, false, true, false, true])
        #expect(!log.output(of: .progress(progress(stepInEpoch: 469, at: 2.3))).isEmpty)
    }

    @Test func `an interval of zero writes every step`() {
        var log = JSONLinesLog(progressInterval: 0)
        let written = [1, 1, 1.0001].map { !log.output(of: .progress(progress(at: $0))).isEmpty }
        #expect(written == [true, true, true])
    }

    @Test(
        arguments: [
            (0.0, "1970-01-01T00:00:00.000Z"), (1_767_225_599.9996, "2026-01-01T00:00:00.000Z"),
            (1_767_225_600.123, "2026-01-01T00:00:00.123Z"), (1_709_164_800.999, "2024-02-29T00:00:00.999Z"),
            (-0.001, "1969-12-31T23:59:59.999Z"), (.infinity, nil), (1e300, "9999-12-31T23:59:59.000Z"),
        ] as [(Double, String?)]) func `time is UTC with milliseconds`(seconds: Double, text: String?)
    {
        let line = record(.warning(""), time: seconds).json.text
        #expect(line.contains("\"time\":" + (text.map { "\"\($0)\"" } ?? "null")))
    }

    @Test func `hostile names stay text on one line and are read back unchanged`() throws {
        let hostile = "a\u{1B}[31m\u{9B}\u{202E}\u{200B}\u{2028}\u{E0001}\n\"é図🙂"
        let line = record(.warning(hostile), run: hostile).json.text
        #expect(!line.unicodeScalars.contains { $0.value < 32 || [0x9B, 0x202E, 0x200B, 0x2028].contains($0.value) })
        #expect(line.contains(#"\u001b[31m\u009b\u202e\u200b\u2028\udb40\udc01\n\"é図🙂"#))
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["run"] as? String == hostile)
        #expect(object?["message"] as? String == hostile)
    }
}
