// Predictions as the dashboard shows them.

import Dashboard
import Datasets
import Runner

extension PredictionReport {
    /// The pictures that are shown at most.
    private static let mostPictures = 500

    init(_ predictions: Predictions, _ dataset: Dataset, _ filter: PictureFilter) {
        let classes = dataset.classNames.count
        var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        var pictures: [PredictedPicture] = []
        for index in 0..<predictions.count {
            let row = predictions.probabilities[index * classes..<(index + 1) * classes]
            guard let best = row.indices.max(by: { row[$0] < row[$1] }) else { continue }
            let (truth, prediction) = (Int(dataset.test.labels[index]), best - row.startIndex)
            confusion[truth][prediction] += 1
            let isWanted =
                switch filter {
                case .all: true
                case .wrong: truth != prediction
                case .cell(let wanted, let taken): truth == wanted && prediction == taken
                }
            guard isWanted, pictures.count < Self.mostPictures, dataset.test.width == dataset.test.height else {
                continue
            }
            pictures.append(
                PredictedPicture(
                    index: index, truth: truth, prediction: prediction, probability: Double(row[best]),
                    pixels: Array(dataset.test.picture(index))))
        }
        let (weights, kernel) = predictions.filters
        let window = kernel * kernel
        self.init(
            classes: dataset.classNames, confusion: confusion, side: dataset.test.width, pictures: pictures,
            kernel: kernel,
            filters: (0..<weights.count / window).map { Array(weights[$0 * window..<($0 + 1) * window]) },
            step: predictions.step)
    }
}
