// The running statistics of a batch normalization, for evaluation.

internal import Experiments
internal import Model
internal import OneDNN

/// Running means and variances of a layer's channels.
final class RunningStatistics {
    let mean: Memory
    let variance: Memory
    /// In the order of PyTorch's buffers.
    let infos: [ModelTensor]
    /// Statistics of the current step.
    private var batchMeans: [Double]
    private var batchVariances: [Double]

    init(layer: String, channels: Int, on device: Device) throws(OneDNNError) {
        mean = try Memory(Descriptor([channels], layout: .a), on: device)
        variance = try Memory(Descriptor([channels], layout: .a), on: device)
        variance.floats.prefix(channels).update(repeating: 1)
        infos = ["running_mean", "running_var"].map {
            ModelTensor(role: .statistic, name: "\(layer).\($0)", shape: [channels])
        }
        batchMeans = [Double](repeating: 0, count: channels)
        batchVariances = batchMeans
    }

    subscript(tensor: ModelTensor) -> Memory? {
        infos.firstIndex(of: tensor).map { $0 == 0 ? mean : variance }
    }

    /// Records a channel's statistics in the current step; the variance is the unbiased one.
    func note(_ channel: Int, mean: Double, variance: Double) {
        batchMeans[channel] = mean
        batchVariances[channel] = variance
    }

    /// Updates the running statistics when the step counts.
    func update() {
        func move(_ memory: Memory, towards values: [Double]) {
            for (channel, value) in values.enumerated() where value.isFinite {
                memory.floats[channel] += Float(BatchNorm.momentum * (value - Double(memory.floats[channel])))
            }
        }
        move(mean, towards: batchMeans)
        move(variance, towards: batchVariances)
    }
}
