// The program's entry point and exit status: 0 completed, 1 a run failed or diverged, 2 bad input or usage, 128 + n
// stopped by signal n.

import ArgumentParser
import CStartup
import Engine
import ExperimentFiles
import Model
import RunLog
import TerminalText
import Threads

@main
struct Vgglab: ParsableCommand {
    static let version = "0.1.0"
    /// Version and build of the program, as the store records them.
    static let program = "vgglab \(version) (\(build))"

    /// The backend that trains.
    static let backend: any Backend = OneDNNBackend()

    /// Commit and compiler, such as `f2e6e4f38a1b, Swift 6.3.1`.
    private static var build: String {
        let commit = String(cString: build_commit())
        let compiler = String(cString: build_compiler())
        return [commit.isEmpty ? "unknown commit" : commit, compiler].filter { !$0.isEmpty }.joined(separator: ", ")
    }

    static let configuration = CommandConfiguration(
        commandName: "vgglab",
        abstract: "Trains VGG networks and shows their progress.",
        usage: """
            vgglab [--no-tui] [<options>] [<experiment.yaml> ...]
            vgglab <command> [<options>] ...
            """,
        discussion: """
            Without a command it shows experiments and their runs in a dashboard, where Enter trains and ? lists all \
            keys. Without a terminal, or with --no-tui, it trains the experiments one after another and writes a log; \
            the example quickstart by default.

            EXAMPLES
              vgglab experiments/quickstart.yaml
              vgglab --no-tui experiments/vgg11-ratio4.yaml --save vgg11.safetensors
              vgglab experiments/vgg11-ratio4.yaml --set training.lr=0.1 --set training.epochs=3
              vgglab --log-format jsonl experiments/vgg11-ratio*.yaml > runs.jsonl
              vgglab shapes experiments/vgg11.yaml
              vgglab evaluate vgg11.safetensors experiments/vgg11-ratio4.yaml
              vgglab bench experiments/vgg11-ratio4.yaml
              vgglab train --help

            EXIT STATUS
              0 all runs completed; 1 a run failed, diverged or could not be kept; 2 bad
              input or usage; 130, 143 or 129 stopped by SIGINT, SIGTERM or SIGHUP.
            """,
        version: program,
        subcommands: [
            Train.self, Resume.self, Fork.self, List.self, Show.self, Compare.self, Export.self, Replay.self,
            Verify.self, Tag.self, Note.self, Delete.self, Init.self, Shapes.self, DataCommand.self, Evaluate.self,
            FindLR.self, Bench.self,
        ],
        defaultSubcommand: Train.self)

    static var commandNames: [String] { configuration.subcommands.map { $0._commandName } }

    /// The message when the system refuses to start threads.
    static let noThread =
        "no more threads can be started: end other programs, or raise the limits (ulimit -u, ulimit -v)"

    static func main() {
        Console.surviveFailedWrites()
        do {
            var command = try parseAsRoot(arguments)
            // The store's library and the dashboard need a few threads; anything beyond them copes without or fails
            // with a message.
            guard canStartThreads(4) else { throw Failure(message: noThread, status: 1) }
            try command.run()
            end(withStatus: 0)
        } catch let error as Failure {
            Console.say(Readable.visible(error.message))
            if let excerpt = error.excerpt { Console.say(excerpt.text) }
            end(withStatus: error.status)
        } catch let code as ExitCode {
            end(withStatus: code.rawValue)
        } catch {
            if exitCode(for: error) == .success {
                Console.print(fullMessage(for: error) + "\n")
                end(withStatus: 0)
            }
            // The parser's full message hides its error in half a screen of usage.
            let sentence = message(for: error)
            let advice = runAdvice ?? "see vgglab --help"
            Console.say((sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence) + "; \(advice)")
            end(withStatus: 2)
        }
    }

    /// Advice if a run's name was parsed as an option.
    private static var runAdvice: String? {
        guard let word = arguments.first(where: { $0.wholeMatch(of: /-.*-[0-9]+/) != nil }),
            let command = arguments.first, commandNames.contains(command)
        else { return nil }
        return "put a run name that begins with - after --: vgglab \(command) -- \(Readable.shellWord(word))"
    }

    /// The program's arguments. A term of `list`'s filter may begin with a single `-`, as in the dashboard; the parser
    /// would take it for an option, so it is replaced by `!`, which also negates a term.
    private static var arguments: [String] {
        let words = UnsafeBufferPointer(start: startup_arguments(), count: Int(startup_argument_count()))
        let all = words.dropFirst().compactMap { $0.map { String(cString: $0) } }
        return all.first == "list" ? all.map { $0.wholeMatch(of: /-[^-].+/) == nil ? $0 : "!" + $0.dropFirst() } : all
    }
}

/// An error for the user: one sentence, and the exit status.
struct Failure: Error {
    let message: String
    var status: Int32 = 2
    /// The line of an experiment file that the error is about.
    var excerpt: Excerpt?
}

/// Runs `body` and converts its errors to `Failure`, with advice.
///
/// - Parameter commands: formats commands about the store in use.
func explaining<Result>(
    _ commands: CommandText = CommandText(), _ body: () throws -> Result
) throws -> Result {
    do {
        return try body()
    } catch let error as Failure {
        throw error
    } catch {
        throw Failure(message: advised(error, commands), excerpt: (error as? ExperimentFileError)?.excerpt)
    }
}

extension Excerpt {
    /// How many characters of the line to show on either side of the column.
    private static let reach = 60

    /// The line, and a caret below the column.
    fileprivate var text: String {
        func shown(_ part: some Sequence<Unicode.Scalar>) -> String {
            Readable.visible(part.reduce(into: "") { $0.unicodeScalars.append($1) })
        }
        let before = shown(line.unicodeScalars.prefix(column - 1).suffix(Self.reach))
        let behind = shown(line.unicodeScalars.dropFirst(column - 1).prefix(Self.reach))
        return "  \(before)\(behind)\n  \("".padded(DisplayText.width(of: before)))^"
    }
}
