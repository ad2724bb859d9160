// TensorBoard event files: compared with the bytes of TensorFlow's own writer, and parsed.

import Experiments
import Exports
import Files
import Foundation
import TestSupport
import Testing

@Suite struct TensorBoardTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// One line per scalar: step, wall time, tag, value.
    func scalars(_ path: String) throws -> [String] {
        try eventMessages(try bytes(at: path)).flatMap { event in
            try event.messages(5).flatMap { try $0.messages(1) }.map { value in
                let (step, time) = (try #require(event.integers(2).first), try #require(event.double(1)))
                return "\(step) \(time) \(try #require(value.text(1))) \(try #require(value.float(2)))"
            }
        }
    }

    @Test func `the checksum is CRC-32C`() {
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([]) == 0)
        // RFC 3720, appendix B.4
        #expect(CRC32C.checksum(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(0..<32) == 0x46DD_794E)
    }

    @Test func `the bytes are those of TensorBoard's own writer`() throws {
        // tensorboard 2.21.0: RecordWriter.write(Event(wall_time=1000, file_version="brain.Event:2")), then
        // RecordWriter.write(Event(wall_time=1000, step=1, summary=Summary(value=[Value(tag="loss/train",
        // simple_value=0.5), Value(tag="throughput/examples_per_second", simple_value=8)]))), each serialised
        let golden =
            "1800000000000000a37f4b22090000000000408f401a0d627261696e2e4576656e743a3273ae6b564700000000000000bac3"
            + "fb9b090000000000408f4010012a3a0a110a0a6c6f73732f747261696e150000003f0a250a1e7468726f7567687075742f65"
            + "78616d706c65735f7065725f7365636f6e641500000041971b9571"
        let run = records([step(1)])
        let path = try TensorBoardLog.write(run, to: folder.file("a"))
        #expect(try bytes(at: path).map { String(format: "%02x", $0) }.joined() == golden)
    }

    @Test func `steps and epochs are scalars over training steps`() throws {
        let run = records([
            try started(), step(1), .warning("x"), step(2, loss: .nan, gradientNorm: 1.5, deadShare: 0.25), epoch(1),
            finished(),
        ])
        let path = try TensorBoardLog.write(run.reversed(), to: folder.file("a"))
        #expect(
            try scalars(path) == [
                "1 1001.0 loss/train 0.5", "1 1001.0 throughput/examples_per_second 8.0", "1 1001.0 learning_rate 0.25",
                "2 1003.0 loss/train nan", "2 1003.0 throughput/examples_per_second 8.0",
                "2 1003.0 gradient_norm 1.5", "2 1003.0 dead_share 0.25", "2 1003.0 learning_rate 0.25",
                "2 1004.0 accuracy/train 0.25", "2 1004.0 loss/test 1.5", "2 1004.0 accuracy/test 0.125",
            ])
        let first = try #require(try eventMessages(try bytes(at: path)).first)
        #expect(first.text(3) == "brain.Event:2")
        #expect(first.double(1) == 1000)
    }

    @Test func `layers have their own scalars`() throws {
        let layers = [
            LayerHealth(name: "features.0", deadShare: 0.25, updateRatio: 0.5),
            LayerHealth(name: "classifier.0", deadShare: nil, updateRatio: 0.125),
        ]
        let path = try TensorBoardLog.write(records([step(1, layers: layers)]), to: folder.file("a"))
        #expect(
            try scalars(path).dropFirst(2).map { $0.dropFirst(9) } == [
                "dead_share/features.0 0.25", "update_ratio/features.0 0.5", "update_ratio/classifier.0 0.125",
            ])
    }

    @Test func `a resumed run starts a session at its first step`() throws {
        let run = records([try started(resumedStep: 4), step(5)])
        let messages = try eventMessages(try bytes(at: try TensorBoardLog.write(run, to: folder.file("a"))))
        #expect(messages.count == 3)
        #expect(messages[1].integers(2) == [5])
        #expect(try messages[1].message(7).integers(1) == [1])
    }

    @Test func `a live file contains each record immediately`() throws {
        let log = try TensorBoardLog(folder: folder.file("runs/a"), time: 1000.5)
        #expect(try eventMessages(try bytes(at: log.path)).count == 1)
        var counts: [Int] = []
        for record in records([try started(), step(1), step(2), epoch(1)]) {
            try log.append(record)
            counts.append(try scalars(log.path).count)
        }
        #expect(counts == [0, 3, 6, 9])
        let name = try #require(log.path.split(separator: "/").last)
        #expect(name.hasPrefix("events.out.tfevents.1000.") && name.hasSuffix(".\(getpid()).0"))
    }

    @Test func `a second live file has a different name`() throws {
        let logs = try (0..<3).map { _ in try TensorBoardLog(folder: folder.path, time: 7) }
        #expect(Set(logs.map(\.path)).count == 3)
        #expect(try folder.names.count == 3)
        #expect(logs[2].path.hasSuffix(".\(getpid()).2"))
    }

    @Test func `exporting again only replaces the file with permission`() throws {
        let run = records([try started(), step(1)])
        let path = try TensorBoardLog.write(run, to: folder.path)
        let error = #expect(throws: FileError.self) {
            try TensorBoardLog.write(run + records([step(2)]), to: folder.path)
        }
        #expect(error?.description == "\(path): is there already; give another name")
        #expect(try scalars(path).count == 3)
        #expect(try TensorBoardLog.write(records([try started()]), to: folder.path, overwrite: true) == path)
        #expect(try scalars(path).isEmpty)
        #expect(try folder.names.count == 1)
    }

    @Test func `an impossible folder is refused with advice`() throws {
        let file = folder.file("a")
        try Data().write(to: URL(filePath: file))
        let error = #expect(throws: FileError.self) { try TensorBoardLog(folder: file, time: 0) }
        #expect(error?.description == "\(file): is not a folder; remove it or give another name")
        let inside = #expect(throws: FileError.self) { try TensorBoardLog(folder: file + "/b", time: 0) }
        #expect(inside?.description == "\(file)/b: \(file) is not a folder; choose another place")
    }
}
