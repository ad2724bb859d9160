// Converts predictions to what the dashboard shows.

import Dashboard
import Datasets
import Runner

extension PredictionReport {
    /// Maximum number of images shown.
    private static let maxImages = 500

    init(_ predictions: Predictions, _ classNames: [String], _ filter: ImageFilter) {
        let (images, classes) = (predictions.images, classNames.count)
        var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        var shown: [PredictedImage] = []
        for index in 0..<images.count {
            let row = predictions.probabilities[index * classes..<(index + 1) * classes]
            guard let best = row.indices.max(by: { row[$0] < row[$1] }) else { continue }
            let (truth, prediction) = (Int(images.labels[index]), best - row.startIndex)
            confusion[truth][prediction] += 1
            let isWanted =
                switch filter {
                case .all: true
                case .wrong: truth != prediction
                case .cell(let wanted, let taken): truth == wanted && prediction == taken
                }
            guard isWanted, shown.count < Self.maxImages else { continue }
            shown.append(
                PredictedImage(
                    index: index, truth: truth, prediction: prediction, probability: Double(row[best]),
                    pixels: images.greyImage(index)))
        }
        let (weights, kernel) = predictions.filters
        let window = kernel * kernel
        self.init(
            classes: classNames, confusion: confusion, width: images.width, height: images.height, images: shown,
            kernel: kernel,
            filters: (0..<weights.count / window).map { Array(weights[$0 * window..<($0 + 1) * window]) },
            step: predictions.step)
    }
}
