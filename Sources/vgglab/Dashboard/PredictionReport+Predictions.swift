// Predictions as the dashboard shows them.

import Dashboard
import Datasets
import Runner

extension PredictionReport {
    /// The pictures that are shown at most.
    private static let mostPictures = 500

    init(_ predictions: Predictions, _ classNames: [String], _ filter: PictureFilter) {
        let (images, classes) = (predictions.images, classNames.count)
        var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        var pictures: [PredictedPicture] = []
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
            guard isWanted, pictures.count < Self.mostPictures else { continue }
            pictures.append(
                PredictedPicture(
                    index: index, truth: truth, prediction: prediction, probability: Double(row[best]),
                    pixels: Array(images.picture(index))))
        }
        let (weights, kernel) = predictions.filters
        let window = kernel * kernel
        self.init(
            classes: classNames, confusion: confusion, width: images.width, height: images.height, pictures: pictures,
            kernel: kernel,
            filters: (0..<weights.count / window).map { Array(weights[$0 * window..<($0 + 1) * window]) },
            step: predictions.step)
    }
}
