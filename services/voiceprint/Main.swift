internal import ArgumentParser
internal import Glibc

/// Runs the command line. Its exit status: 0 done (same voice, recognised), 1 the answer is no (another voice, a
/// stranger, not all of a cluster serves), 2 wrong usage, 3 an error.
@main
struct Main {
  static func main() async {
    do {
      var command = try Voiceprint.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      exit(code.rawValue)
    } catch {
      end(with: error)
    }
  }

  private static func end(with error: any Error) -> Never {
    switch Voiceprint.exitCode(for: error) {
    case .success:  // what --help and --version are to the parser
      print(Voiceprint.fullMessage(for: error))
      exit(0)
    case .validationFailure:
      Terminal.say(Voiceprint.fullMessage(for: error))
      exit(2)
    default:
      Terminal.say("voiceprint: \(error)")
      exit(3)
    }
  }
}
