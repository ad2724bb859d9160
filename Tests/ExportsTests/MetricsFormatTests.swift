// A run as CSV, JSON and JSON Lines.

import Experiments
import Exports
import Files
import Foundation
import RunLog
import TestSupport
import Testing

@Suite struct MetricsFormatTests {
    private let header =
        "run,kind,epoch,step,time,elapsed_seconds,batch_loss,train_loss,train_accuracy,test_loss,test_accuracy,"
        + "examples_per_second,step_examples_per_second,remaining_seconds,gradient_norm,dead_share,"
        + "mean_examples_per_second,learning_rate,train_seconds,evaluation_seconds,validation_loss,validation_accuracy\r\n"

    @Test func `steps and epochs are rows with empty cells for unknown values`() throws {
        let run = records([
            try started(), step(1, remaining: nil), step(2, gradientNorm: 1.5, deadShare: 0.125), .warning("hot"),
            epoch(1), finished(),
        ])
        let rows =
            "r1,step,1,1,1001.0,1.0,0.5,0.75,0.25,,,8.0,,,,,,,,,,\r\n"
            + "r1,step,1,2,1002.0,2.0,0.5,0.75,0.25,,,8.0,,2.0,1.5,0.125,,,,,,\r\n"
            + "r1,epoch,1,2,1004.0,2.0,,0.75,0.25,1.5,0.125,8.0,16.0,3.0,,,,,,,,\r\n"
        #expect(MetricsFormat.csv.text(of: run) == header + rows)
        #expect(MetricsFormat.csv.text(of: run.reversed()) == header + rows)
        #expect(MetricsFormat.csv.text(of: [RunRecord]()) == header)
    }

    @Test func `several runs are one table with the settings that differ`() throws {
        let runs = ["r1", "r2"].map { name in
            RunMetrics(
                records([step(1)], run: name),
                settings: [
                    JSON.Member("training.lr", name == "r1" ? .number(0.05) : .number(1)),
                    JSON.Member("network.classifier", name == "r1" ? .integers([8, 9]) : .null),
                ])
        }
        let metrics = "step,1,1,1000.0,1.0,0.5,0.75,0.25,,,8.0,,2.0,,,,,,,,\r\n"
        #expect(
            MetricsFormat.csv.text(of: runs)
                == header.replacing("run,", with: "run,training.lr,network.classifier,")
                + "r1,0.05,\"[8,9]\",\(metrics)r2,1.0,,\(metrics)")
        let list = try JSONSerialization.jsonObject(with: Data(MetricsFormat.json.text(of: runs).utf8))
        #expect((list as? [[String: Any]])?.map { $0["run"] as? String } == ["r1", "r2"])
        #expect(MetricsFormat.jsonl.text(of: runs).split(separator: "\n").count == 2)
    }

    @Test func `losses that are not finite are written as other programs parse them`() {
        for (loss, cell) in [(Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")] {
            let text = MetricsFormat.csv.text(of: records([step(1, loss: loss)]))
            #expect(text == header + "r1,step,1,1,1000.0,1.0,\(cell),0.75,0.25,,,8.0,,2.0,,,,,,,,\r\n")
        }
    }

    @Test(arguments: [
        ("plain é図", "plain é図"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("a\nb", "\"a\nb\""),
        ("a\r\nb", "\"a\r\nb\""), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "'\t=1"),
        ("\r=1", "\"'\r=1\""), ("=\"a\",1", "\"'=\"\"a\"\",1\""), ("a=1", "a=1"), ("", ""),
        ("=\u{301}x", "'=\u{301}x"), ("a,\u{301}b", "\"a,\u{301}b\""), ("\"\u{301}", "\"\"\"\u{301}\""),
    ]) func `a run's name is quoted, and not a formula`(name: String, cell: String) {
        let text = MetricsFormat.csv.text(of: records([step(1)], run: name))
        #expect(
            Array(text.utf8)
                == Array((header + "\(cell),step,1,1,1000.0,1.0,0.5,0.75,0.25,,,8.0,,2.0,,,,,,,,\r\n").utf8))
    }

    @Test func `steps that a resumed run repeats count once`() throws {
        let run = records([
            try started(), step(1, loss: 1), step(2, loss: 2), epoch(1, testAccuracy: 0.5), step(3, loss: 3),
            finished(.stopped), try started(resumedStep: 1), step(2, loss: 20), epoch(1, testAccuracy: 0.25),
            finished(),
        ])
        let rows = MetricsFormat.csv.text(of: run).split(separator: "\r\n").dropFirst().map { row in
            let cells = row.split(separator: ",", omittingEmptySubsequences: false)
            return [cells[1], cells[3], cells[6], cells[10]].joined(separator: " ")
        }
        #expect(rows == ["step 1 1.0 ", "step 2 20.0 ", "epoch 2  0.25"])
        let object = try JSONSerialization.jsonObject(with: Data(MetricsFormat.json.text(of: run).utf8))
        let json = try #require(object as? [String: Any])
        #expect((json["steps"] as? [[String: Any]])?.map { $0["loss"] as? Double } == [1, 20])
        #expect((json["outcome"] as? [String: Any])?["outcome"] as? String == "completed")
    }

    @Test func `an evaluation that a resumed run repeats counts once`() throws {
        let run = records([
            try started(), step(1), step(2), epoch(1, testAccuracy: 0.5), try started(resumedStep: 2),
            epoch(1, testAccuracy: 0.25), step(3),
        ])
        let rows = MetricsFormat.csv.text(of: run).split(separator: "\r\n").dropFirst()
        #expect(rows.count == 4)
        #expect(rows.filter { $0.contains(",epoch,") }.map { $0.contains(",0.25,8.0,") } == [true])
    }

    @Test func `JSON is one object for the run`() throws {
        let run = records([try started(), step(1), .warning("hot"), step(2), epoch(1), finished()])
        let text = MetricsFormat.json.text(of: run)
        #expect(
            text.hasPrefix(
                #"{"run":"r1","experiment":{"name":"tiny","description":"","network":{"variant":null,"blocks":[[2,4]],"#
            ))
        #expect(text.contains(#""facts":{"time":"1970-01-01T00:16:40.000Z","dataset":"d","num_classes":3,"#))
        #expect(text.contains(#""epochs":[{"time":"1970-01-01T00:16:44.000Z","epoch":1,"step":2,"elapsed_seconds":"#))
        #expect(text.contains(#""train_loss":0.75,"#))
        #expect(text.contains(#""steps":[{"time":"1970-01-01T00:16:41.000Z","epoch":1,"step":1,"step_in_epoch":1,"#))
        #expect(text.contains(#""warnings":[{"time":"1970-01-01T00:16:42.000Z","message":"hot"}],"#))
        #expect(text.contains(#""outcome":{"time":"1970-01-01T00:16:45.000Z","outcome":"completed","#))
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect((object?["steps"] as? [Any])?.count == 2)
    }

    @Test func `JSON of a run without records has nulls`() {
        #expect(
            MetricsFormat.json.text(of: [RunRecord]())
                == #"{"run":null,"experiment":null,"facts":null,"epochs":[],"steps":[],"warnings":[],"outcome":null}"#
                + "\n")
    }

    @Test func `JSON Lines are the records`() throws {
        let run = records([try started(), step(1), .warning("a\nb"), epoch(1), finished()])
        let lines = MetricsFormat.jsonl.text(of: run.reversed()).split(separator: "\n")
        #expect(try lines.map { try RunRecord(jsonLine: $0) } == run)
    }

    @Test func `an existing file is only replaced with permission`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.csv")
        let error = #expect(throws: FileError.self) { try MetricsFormat.csv.write([], to: folder.file("b/a.csv")) }
        #expect(
            error?.description
                == "\(folder.file("b/a.csv")): the folder \(folder.file("b")) does not exist; make it with mkdir -p")

        try MetricsFormat.csv.write([], to: path)
        let refusal = #expect(throws: FileError.self) {
            try MetricsFormat.csv.write([RunMetrics(records([step(1)]))], to: path)
        }
        #expect(refusal?.description == "\(path): is there already; give another name")
        #expect(try bytes(at: path) == Array(header.utf8))

        try MetricsFormat.json.write([RunMetrics([])], to: path, overwrite: true)
        #expect(try bytes(at: path) == Array(MetricsFormat.json.text(of: [RunRecord]()).utf8))
        #expect(try folder.names == ["a.csv"])
    }
}
