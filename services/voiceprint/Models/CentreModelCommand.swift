internal import ArgumentParser
internal import Foundation
internal import VoiceEvaluation
internal import VoiceModels
internal import VoiceTensor
internal import VoiceTraining

/// `voiceprint centre-model`: the mean voiceprint of a list becomes part of a network.
struct CentreModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "centre-model", abstract: "Writes a network whose mean voiceprint over a list of clips is 0.",
    discussion: """
      What all speakers of a list have in common (their language, their telephones) tells nobody apart: it is taken off
      in the network's last layer, so that a plain cosine profits from it. A list of the speech that the network is
      going to hear, of many speakers, is best; the training list serves.
      """)

  @Argument(help: ArgumentHelp("The network's checkpoint.", valueName: "W"))
  var checkpoint: String
  @OptionGroup var configs: ConfigsOption
  @Option(help: ArgumentHelp("Clips: the first column of each line.", valueName: "LIST"))
  var list: String
  @Option(help: ArgumentHelp("Folder that the paths of the list start from.", valueName: "DIR"))
  var root = "."
  @Option(help: ArgumentHelp("The safetensors file that is written.", valueName: "W.safetensors"))
  var out: String

  func run() async throws {
    let clips = try await reporting {
      let parameters = try Checkpoint.load(URL(filePath: checkpoint)).parameters
      let plan = try NetworkPlan(parameters: parameters, experiment: try configs.load(), file: checkpoint)
      let list = try ClipList.load(file: list)
      var embedder = ClipEmbedder(network: try LoadedNetwork(checkpoint: checkpoint, configs: configs.file), root: root)
      try await embedder.embed(list)
      var sums = [Double](repeating: 0, count: plan.configuration.embeddingSize)
      for row in embedder.rows(list) {
        for index in sums.indices { sums[index] += Double(row[index]) / Double(list.count) }
      }
      let centred = try Checkpoint.centred(parameters, of: plan.configuration, by: sums.map { Float($0) })
      try AtomicFile.write(Safetensors(tensors: centred).bytes(), to: out)
      return list.count
    }
    print("wrote \(out), centred on \(clips) clips")
  }
}
