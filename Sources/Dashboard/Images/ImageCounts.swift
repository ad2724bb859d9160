// How many images of a data set an experiment uses, in words.

internal import Experiments
internal import RunLog

/// The images that are trained on and those that are tested with: `2,560 of 60,000`.
struct ImageCounts: Hashable {
    let train: String
    let test: String
    /// Whether some are left out.
    let isLimited: Bool

    /// - Parameter facts: what the data set holds; `nil` where it is not known.
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

    /// Both in one sentence.
    var sentence: String { "\(train) images to train, \(test) to test" }
}
