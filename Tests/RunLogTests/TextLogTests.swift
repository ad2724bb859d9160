// The log as text, line by line.

import Experiments
import RunLog
import Testing

@Suite struct TextLogTests {
    private let hostile = "a\u{1B}[31mb\u{9B}2J\u{202E}c\u{200B}d\ne"

    @Test func `the header has the facts of the run`() throws {
        var log = TextLog()
        let text = log.output(of: .runStarted(try started())).standardOutput
        #expect(
            text == """
                run r1: The notebook's small VGG-11

                layer                                     output          parameters     MACs
                block 1  1 conv 3×3 → 16 channels, pool   16 × 112 × 112         160    7.2 M
                block 2  1 conv 3×3 → 32 channels, pool   32 × 56 × 56         4,640   57.8 M
                block 3  2 conv 3×3 → 64 channels, pool   64 × 28 × 28        55,424  173.4 M
                block 4  2 conv 3×3 → 128 channels, pool  128 × 14 × 14      221,440  173.4 M
                block 5  2 conv 3×3 → 128 channels, pool  128 × 7 × 7        295,168   57.8 M
                flatten  128 × 7 × 7                      6272                     0        0
                linear   6272 → 4096, ReLU                4096            25,694,208   25.7 M
                dropout  0.5                              4096                     0        0
                linear   4096 → 4096, ReLU                4096            16,781,312   16.8 M
                dropout  0.5                              4096                     0        0
                linear   4096 → 10                        10                  40,970   41.0 k
                total                                                     43,093,322  512.2 M
                training: 1.5 G MACs an image (forward and gradients)
                activations kept: 2.2 M values an image

                data      Fashion-MNIST in /data, 60,000 training and 10,000 test images, 224 × 224, batches of 128
                training  sgd, lr 0.05, 10 epochs of 469 steps, seed 0
                machine   Xeon, 2 cores, 8 GiB, 2 threads
                engine    oneDNN 2.7, Winograd
                memory    about 0.9 GiB at peak


                """)
    }

    @Test func `momentum and weight decay are only shown if they are used`() throws {
        var log = TextLog()
        let training = TrainingRecipe(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, epochs: 1, seed: 7)
        let experiment = Experiment(name: "a", training: training)
        let text = log.output(of: .runStarted(try started(experiment))).standardOutput
        let recipe = "sgd, lr 0.1, momentum 0.9, weight decay 0.0005, 1 epoch of 469 steps, seed 7"
        #expect(text.contains("training  \(recipe)\n"))
    }

    @Test func `an epoch is a line`() throws {
        var log = TextLog(quiet: true)
        let output = log.output(of: .runStarted(try started()), .epochFinished(metrics()))
        #expect(
            output.standardOutput
                == "run r1\nepoch  3/10  loss 0.412  train acc 0.847  test acc 0.861  212.3 examples/sec  31 min left\n"
        )
        #expect(output.standardError == "")
    }

    @Test func `the last epoch has no time left`() throws {
        var log = TextLog(quiet: true)
        let output = log.output(of: .runStarted(try started()), .epochFinished(metrics(epoch: 10)))
        #expect(
            output.standardOutput
                == "run r1\nepoch 10/10  loss 0.412  train acc 0.847  test acc 0.861  212.3 examples/sec\n")
    }

    @Test func `without a terminal progress is a line every ten seconds`() throws {
        var log = TextLog()
        _ = log.output(of: .runStarted(try started()))
        let line = "epoch  3/10  step 120/469  loss 0.412  train acc 0.847  212.3 examples/sec  31 min left\n"
        let written = [2, 9.9, 10, 12, 19.9, 20.5, 21].map { seconds in
            log.output(of: .progress(progress(at: seconds))).standardOutput
        }
        #expect(written == ["", "", line, "", "", line, ""])
    }

    @Test func `an epoch's line restarts the ten seconds`() throws {
        var log = TextLog()
        _ = log.output(of: .runStarted(try started()), .epochFinished(metrics(at: 100)))
        #expect(log.output(of: .progress(progress(at: 109))).isEmpty)
        #expect(!log.output(of: .progress(progress(at: 110))).isEmpty)
    }

    @Test func `on a terminal one line is rewritten ten times a second`() throws {
        var log = TextLog(terminalColumns: 120)
        _ = log.output(of: .runStarted(try started()))
        let line =
            "\repoch  3/10  step 120/469  loss 0.412  train acc 0.847  212.3 examples/sec  31 min left\u{1B}[K"
        let written = [0.5, 0.55, 0.59, 0.7].map { seconds in
            log.output(of: .progress(progress(at: seconds))).standardOutput
        }
        #expect(written == [line, "", "", line])
    }

    @Test func `a line in place is cleared for whole lines and warnings`() throws {
        var log = TextLog(terminalColumns: 120)
        _ = log.output(of: .runStarted(try started()), .progress(progress(at: 1)))
        let warning = log.output(of: .warning("hot"))
        #expect(warning == LogOutput(standardOutput: "\r\u{1B}[K", standardError: "warning: hot\n"))
        #expect(log.output(of: .warning("hot")) == LogOutput(standardError: "warning: hot\n"))
        _ = log.output(of: .progress(progress(at: 2)))
        #expect(log.output(of: .epochFinished(metrics())).standardOutput.hasPrefix("\r\u{1B}[Kepoch  3/10"))
    }

    @Test func `an evaluation reports its progress`() throws {
        func evaluating(_ examples: Int, at seconds: Double) -> RunEvent {
            .evaluating(
                EvaluationProgress(
                    epoch: 3, step: 1407, examples: examples, allExamples: 10000, elapsedSeconds: seconds,
                    remainingSeconds: 1860))
        }
        var log = TextLog(terminalColumns: 120)
        _ = log.output(of: .runStarted(try started()), .progress(progress(at: 1)))
        let begin = "\repoch  3/10  evaluating      0/10,000  31 min left\u{1B}[K"
        #expect(log.output(of: evaluating(0, at: 1.01)).standardOutput == begin)
        #expect(log.output(of: evaluating(128, at: 1.02)).isEmpty)
        let later = "\repoch  3/10  evaluating  4,096/10,000  31 min left\u{1B}[K"
        #expect(log.output(of: evaluating(4096, at: 1.2)).standardOutput == later)
        // Without a terminal, only a long evaluation is reported.
        log = TextLog()
        _ = log.output(of: .runStarted(try started()))
        let written = [(0, 8.0), (4096, 9), (8192, 10.5)].map {
            log.output(of: evaluating($0.0, at: $0.1)).standardOutput
        }
        #expect(written == ["", "", "epoch  3/10  evaluating  8,192/10,000  31 min left\n"])
    }

    @Test func `a fork shows its own steps, and its parent's time separately`() throws {
        var run = try started()
        (run.resumedStep, run.inheritedSeconds) = (100, 150)
        var log = TextLog()
        var last = progress(epoch: 4, stepInEpoch: 2, at: 200)
        last.step = 107
        _ = log.output(of: .runStarted(run), .progress(last))
        let end = summary(.stopped, step: 107, last: metrics(epoch: 3), best: metrics(epoch: 3))
        let lines = log.output(of: .runFinished(end)).standardOutput.split(separator: "\n")
        #expect(lines.last?.hasPrefix("run r1: stopped after step 107 (epoch 4/10)") == true)
        #expect(lines.contains { $0.contains("· 4 min 10 s, 2 min 30 s of them its parent's ·") })
    }

    @Test(arguments: [0, 1, 2, 40, 80, 200]) func `a line in place fits the terminal`(columns: Int) throws {
        var log = TextLog(terminalColumns: columns)
        _ = log.output(of: .runStarted(try started()))
        let text = log.output(of: .progress(progress(at: 1))).standardOutput
        #expect(text.hasPrefix("\r") && text.hasSuffix("\u{1B}[K"))
        #expect(text.dropFirst().dropLast(3).count == min(max(columns - 1, 0), 87))
    }

    @Test func `a loss that is not finite is shown in the progress line`() throws {
        var log = TextLog()
        _ = log.output(of: .runStarted(try started()))
        let text = log.output(of: .progress(progress(loss: .nan, at: 10, remaining: nil))).standardOutput
        #expect(text == "epoch  3/10  step 120/469  loss nan  train acc 0.847  212.3 examples/sec\n")
    }

    @Test func `quiet leaves only the name, epochs, the end and warnings`() throws {
        var log = TextLog(quiet: true, terminalColumns: 80)
        let output = log.output(
            of: .runStarted(try started()), .progress(progress(at: 1)), .progress(progress(stepInEpoch: 469, at: 60)),
            .warning("hot"))
        #expect(output == LogOutput(standardOutput: "run r1\n", standardError: "warning: hot\n"))
    }

    @Test(arguments: [false, true], [Outcome.completed, .stopped, .diverged(step: 7), .failed(reason: "a\nb")])
    func `the first and the last line name the run`(quiet: Bool, outcome: Outcome) throws {
        var log = TextLog(quiet: quiet)
        let records = [
            record(.runStarted(try started()), run: "a\u{1B}-1"),
            record(.runFinished(summary(outcome, last: metrics(), best: metrics())), run: "a\u{1B}-1"),
        ]
        let lines = records.map { log.render($0).standardOutput }.joined().split(separator: "\n")
        #expect(lines.first == (quiet ? "run a\\u{1B}-1" : "run a\\u{1B}-1: The notebook's small VGG-11"))
        #expect(lines.last?.hasPrefix("run a\\u{1B}-1: ") == true)
    }

    @Test func `the end has the notebook's two lines and the whole run`() throws {
        var log = TextLog()
        _ = log.output(of: .runStarted(try started()))
        let end = summary(.completed, last: metrics(epoch: 10), best: metrics(epoch: 9, testAccuracy: 0.921))
        #expect(
            log.output(of: .runFinished(end)).standardOutput == """
                loss 0.412, train acc 0.847, test acc 0.861
                212.3 examples/sec on cpu (2 threads)
                run r1: 187.6 examples/sec over the whole run, including evaluations and checkpoints · best test acc \
                0.921 in epoch 9 · 4 min 10 s · peak memory 0.9 GiB

                """)
    }

    @Test func `a run of no epochs says so`() throws {
        var log = TextLog()
        _ = log.output(of: .runStarted(try started()))
        let end = summary(.completed, step: 0, last: nil, best: nil)
        #expect(
            log.output(of: .runFinished(end)).standardOutput
                == "run r1: no epoch was trained · 4 min 10 s · peak memory 0.9 GiB\n")
    }

    @Test(arguments: [
        (Outcome.stopped, 120, "stopped after step 120 (epoch 1/10): no epoch completed"),
        (.stopped, 0, "stopped before the first step: no epoch completed"),
        (
            .diverged(step: 7), 7,
            "diverged at step 7: loss or gradient is no longer finite; try a smaller training.lr (now 1e6)"
        ),
        (.failed(reason: "disk\u{7} full"), 470, "failed after step 470 (epoch 2/10): disk\\u{7} full"),
    ]) func `an early end is one line`(outcome: Outcome, step: Int, line: String) throws {
        var log = TextLog()
        let experiment = Experiment(name: "a", training: TrainingRecipe(learningRate: 1e6))
        _ = log.output(of: .runStarted(try started(experiment)))
        let end = summary(outcome, step: step, last: nil, best: nil)
        #expect(log.output(of: .runFinished(end)).standardOutput == "run r1: \(line)\n")
    }

    @Test func `a stopped run still reports its results`() throws {
        var log = TextLog()
        _ = log.output(of: .runStarted(try started()))
        let end = summary(.stopped, step: 600, last: metrics(epoch: 1), best: metrics(epoch: 1))
        let lines = log.output(of: .runFinished(end)).standardOutput.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first == "loss 0.412, train acc 0.847, test acc 0.861")
        #expect(
            lines.last == "run r1: stopped after step 600 (epoch 2/10): the best so far is test acc 0.861 in epoch 1")
    }

    @Test func `foreign text is escaped for the terminal`() throws {
        var log = TextLog()
        let output = log.output(
            of: .runStarted(
                try started(Experiment(name: hostile, description: hostile), machine: hostile)),
            .warning(hostile), .runFinished(summary(.failed(reason: hostile), last: nil, best: nil)))
        let shown = "a\\u{1B}[31mb\\u{9B}2J\\u{202E}c\\u{200B}d\\ne"
        #expect(output.standardError == "warning: \(shown)\n")
        #expect(output.standardOutput.hasPrefix("run r1: \(shown)\n"))
        #expect(output.standardOutput.contains("machine   \(shown), 2 threads\n"))
        #expect(output.standardOutput.hasSuffix("): \(shown)\n"))
        #expect(!output.standardOutput.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    }
}
