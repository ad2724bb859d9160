// The number of images of a data set that an experiment uses, as text.

internal import Experiments
internal import RunLog

/// Numbers of training and test images, such as `2,560 of 60,000`.
struct ImageCounts: Hashable {
    let train: String
    let test: String
    /// Whether an experiment uses only a part of the data set.
    let isLimited: Bool

    /// - Parameter facts: the data set's facts; `nil` if unknown.
    init(_ data: DataRecipe, of facts: DatasetFacts?) {
        func isLess(_ limit: Int?, than all: Int?) -> Bool { limit.map { $0 < all ?? .max } ?? false }
        isLimited =
            isLess(data.limitTrain, than: facts?.trainExamples) || isLess(data.limitTest, than: facts?.testExamples)
        func text(_ limit: Int?, _ all: Int?) -> String {
            guard let all else { return limit.map { "at most \(Readable.count($0))" } ?? "all" }
            guard let limit, limit < all else { return Readable.count(all) }
            return "\(Readable.count(limit)) of \(Readable.count(all))"
        }
        train = text(data.limitTrain, facts?.trainExamples)
        test = text(data.limitTest, facts?.testExamples)
    }

    var sentence: String { "\(train) training images, \(test) test images" }
}
