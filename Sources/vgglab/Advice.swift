// What users of commands can do about errors of the libraries, which know settings and files, but no options.

import Datasets
import ExperimentFiles
import Files
import RunLog
import RunStore
import Runner

/// Returns an error's sentence, with advice that names options and commands.
///
/// - Parameter commands: formats commands about the store in use.
func advised(_ error: any Error, _ commands: CommandText = CommandText()) -> String {
    /// Adds advice to that of the sentence, if it has any.
    func or(_ advice: String) -> String { "\(error)\("\(error)".contains("; ") ? ", or" : ";") \(advice)" }
    return switch error {
    case let error as FileError where error.isNameTaken: or("replace it with --overwrite")
    case let error as DatasetError where error.lacksFolder: or("name their folder with --data")
    case let error as DatasetError where error.isOfNamedFolder: "--data \(error)"
    case ExperimentFileError.override: "--set \(error)"
    case let error as RunStoreError:
        switch error.remedy {
        case .otherFolder: or("choose another folder with --runs DIR")
        case .otherFileSystem: or("choose a folder on another one with --runs DIR")
        case .listOfRuns: "\(error); \(commands.line(.list)) shows them"
        case nil: "\(error)"
        }
    case let error as RunnerError:
        switch error.remedy {
        case .dataFolder: "\(error); give its folder with --data"
        case .fork(let run, let step): "\(error): \(commands.line(.fork, run, ["--at", "step:\(step)"]))"
        case .train(let file): "\(error): \(commands.line(.train, file))"
        case .lenience(let warning): "\(warning) (an error because of --strict)"
        case nil: "\(error)"
        }
    default: "\(error)"
    }
}
