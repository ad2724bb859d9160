// A run's records as the content of a TensorBoard event file: TFRecords that each contain an `Event` message.
//
// Source: tensorflow's record_writer.cc, and tensorboard's event.proto and summary.proto.

internal import Experiments

/// Encodes a run's records, in order, as an event file.
///
/// The step axis counts training steps. Steps and epochs write the metrics that have a tag. A step also writes
/// `learning_rate`, and some steps `dead_share` and `update_ratio` of each layer.
struct TensorBoardEvents {
    /// Where steps do not tell theirs.
    private var learningRate: Double?

    /// Returns the start of the file.
    static func header(time: Double) -> [UInt8] {
        record(
            ProtobufMessage {
                $0.add(1, time)
                $0.add(3, "brain.Event:2")
            })
    }

    /// Returns the bytes that the next record appends.
    mutating func bytes(for record: RunRecord) -> [UInt8] {
        switch record.event {
        case .runStarted(let started):
            learningRate = started.experiment.training.learningRate
            guard started.resumedStep > 0 else { return [] }
            // A session start makes readers drop an interrupted session's values from this step on.
            let session = ProtobufMessage { $0.add(1, 1) }
            return Self.record(Self.event(time: record.time, step: started.resumedStep + 1) { $0.add(7, session) })
        case .progress(let progress):
            var scalars = Self.tagged(Progress.metrics, of: progress)
            for layer in progress.layers {
                if let share = layer.deadShare { scalars.append(("dead_share/\(layer.name)", share)) }
                if let ratio = layer.updateRatio { scalars.append(("update_ratio/\(layer.name)", ratio)) }
            }
            if progress.learningRate == nil, let learningRate { scalars.append(("learning_rate", learningRate)) }
            return Self.scalars(scalars, time: record.time, step: progress.step)
        case .epochFinished(let epoch):
            let scalars = Self.tagged(EpochMetrics.metrics, of: epoch)
            return Self.scalars(scalars, time: record.time, step: epoch.step)
        case .evaluating, .checkpointSaved, .runFinished, .warning: return []
        }
    }

    private static func tagged<Record>(
        _ metrics: [MetricDefinition<Record>], of record: Record
    ) -> [(tag: String, value: Double)] {
        metrics.compactMap { metric in
            guard let tag = metric.tag, let value = metric.value(record) else { return nil }
            return (tag, value)
        }
    }

    private static func scalars(_ scalars: [(tag: String, value: Double)], time: Double, step: Int) -> [UInt8] {
        let summary = ProtobufMessage { summary in
            for (tag, value) in scalars {
                summary.add(
                    1,
                    ProtobufMessage {
                        $0.add(1, tag)
                        $0.add(2, Float(value))
                    })
            }
        }
        return record(event(time: time, step: step) { $0.add(5, summary) })
    }

    private static func event(
        time: Double, step: Int, _ content: (inout ProtobufMessage) -> Void
    ) -> ProtobufMessage {
        ProtobufMessage {
            $0.add(1, time)
            $0.add(2, step)
            content(&$0)
        }
    }

    /// Encodes a TFRecord: length, its checksum, the message, its checksum; all little-endian.
    static func record(_ message: ProtobufMessage) -> [UInt8] {
        let length = littleEndian(UInt64(message.bytes.count))
        return length + littleEndian(CRC32C.masked(length)) + message.bytes + littleEndian(CRC32C.masked(message.bytes))
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }
}
