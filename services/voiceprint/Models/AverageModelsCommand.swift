internal import ArgumentParser
internal import Foundation
internal import VoiceModels
internal import VoiceTensor
internal import VoiceTraining

/// `voiceprint average-models`: a network between a parent and its fine-tuned children.
struct AverageModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "average-models", abstract: "Writes the weighted mean of networks that come from one.",
    discussion: """
      A network that was fine-tuned on little speech forgets some of what its parent knew; between both, and between
      several children, there is often one that is good at everything. Choose the shares with 'voiceprint eval' on
      lists of either kind of speech.
      """)

  @Argument(help: ArgumentHelp("The checkpoints: the parent and children of it.", valueName: "W"))
  var checkpoints: [String]
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The share of each, together 1 (default: equal ones).", valueName: "S"))
  var shares: [Double] = []
  @Option(help: ArgumentHelp("The safetensors file that is written.", valueName: "W.safetensors"))
  var out: String

  func validate() throws {
    guard checkpoints.count > 1 else { throw ValidationError("Name at least two checkpoints.") }
    guard shares.isEmpty || shares.count == checkpoints.count else {
      throw ValidationError("\(checkpoints.count) checkpoints need as many shares, not \(shares.count).")
    }
    guard shares.isEmpty || (shares.allSatisfy { (0...1).contains($0) } && abs(shares.reduce(0, +) - 1) < 1e-6) else {
      throw ValidationError("Shares are from 0 to 1, together 1.")
    }
  }

  func run() async throws {
    let count = try await reporting {
      let equal = [Double](repeating: 1 / Double(checkpoints.count), count: checkpoints.count)
      let networks = try zip(checkpoints, shares.isEmpty ? equal : shares).map { file, share in
        (parameters: try Checkpoint.load(URL(filePath: file)).parameters, share: Float(share))
      }
      let mean: Checkpoint.Parameters
      do { mean = try Checkpoint.average(networks) } catch {
        throw CommandError(error, context: "these are not all networks of one kind")
      }
      try AtomicFile.write(Safetensors(tensors: mean).bytes(), to: out)
      return mean.count
    }
    print("wrote \(out), \(count) tensors")
  }
}
