internal import ArgumentParser
internal import Foundation
internal import VoiceModels
internal import VoiceTensor
internal import VoiceTraining

/// `voiceprint interpolate-models`: a network between a parent and its fine-tuned child.
struct InterpolateModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpolate-models", abstract: "Writes the network between a parent and its fine-tuned child.",
    discussion: """
      Each parameter becomes (1 - share) x parent + share x child. A child that was trained on little speech forgets
      some of what its parent knew; between both there is often one that is good at both. Choose the share with
      'voiceprint eval' on lists of either kind of speech.
      """)

  @Argument(help: ArgumentHelp("The parent's checkpoint.", valueName: "PARENT"))
  var parent: String
  @Argument(help: ArgumentHelp("The child's checkpoint.", valueName: "CHILD"))
  var child: String
  @Option(help: "The child's share, from 0 to 1.")
  var share = 0.5
  @Option(help: ArgumentHelp("The safetensors file that is written.", valueName: "W.safetensors"))
  var out: String

  func validate() throws {
    guard (0...1).contains(share) else { throw ValidationError("--share is from 0 to 1, not \(share).") }
  }

  func run() async throws {
    let count = try await reporting {
      let (older, younger) = (try Checkpoint.load(URL(filePath: parent)), try Checkpoint.load(URL(filePath: child)))
      let mixed: Checkpoint.Parameters
      do {
        mixed = try Checkpoint.interpolated(
          parent: older.parameters, child: younger.parameters, childShare: Float(share))
      } catch {
        throw CommandError(error, context: "\(child) is no child of \(parent)")
      }
      try AtomicFile.write(Safetensors(tensors: mixed).bytes(), to: out)
      return mixed.count
    }
    print("wrote \(out), \(count) tensors, \(Terminal.decimal(100 * share, 1)) % of \(child)")
  }
}
