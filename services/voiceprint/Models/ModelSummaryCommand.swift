internal import ArgumentParser
internal import VoiceAudio
internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceNN
internal import VoiceTraining

/// `voiceprint model-summary`: the layers of a configuration's network and what they cost.
struct ModelSummaryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model-summary", abstract: "Prints the layers of a configuration's network and what they cost.",
    discussion: """
      Each layer has its name in the checkpoint, PyTorch's type and depth, the shape of its output, its learnt values
      and its multiply-adds for one utterance, counted as mvector's summary (torchinfo) does. The classifier of the
      configuration is counted too when it says num_speakers.
      """)

  @OptionGroup var configs: ExperimentOption
  @Option(help: "Frames of the utterance.")
  var frames = 98
  @Option(help: "How deep layers are shown by themselves; what lies deeper is counted in what holds it.")
  var depth = 3
  @Flag(help: "Leave the classifier out.")
  var backboneOnly = false
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...100_000).contains(frames) else { throw ValidationError("--frames is 1 to 100000.") }
    guard depth > 0 else { throw ValidationError("--depth is at least 1.") }
  }

  func run() async throws {
    let summary = try await reporting {
      let experiment = try configs.load()
      let bins = try FrontEndConfiguration(experiment).makeFrontEnd().bins
      let speakers = backboneOnly ? nil : experiment.model.classifier.speakerCount
      let setup = try TrainingSetup(experiment, bins: bins, classes: speakers ?? 1)
      return try NetworkSummary(setup.network, frames: frames, classifier: speakers == nil ? nil : setup.classifier)
    }
    if json { try report(summary) } else { show(summary) }
  }

  private func show(_ summary: NetworkSummary) {
    let rows = summary.rows.filter { $0.depth <= depth }
    var counts: [Int: Int] = [:]
    let lines = rows.map { row -> [String] in
      counts[row.depth, default: 0] += 1
      let mark = row.depth == 0 ? "" : String(repeating: "│    ", count: row.depth - 1) + "└─"
      let type = row.type.isEmpty ? "" : " (\(row.type))"
      let isFolded = row.type.isEmpty && row.depth < depth
      return [
        "\(mark)\(row.name)\(type): \(row.depth)-\(counts[row.depth, default: 0])",
        row.outputShape.isEmpty ? "--" : "\(row.outputShape)", isFolded ? "--" : Self.grouped(row.parameters),
        isFolded ? "--" : Self.grouped(row.multiplyAdds),
      ]
    }
    let header = ["Layer (type): depth-index", "Output shape", "Parameters", "Mult-adds"]
    let widths = (0..<4).map { column in ([header] + lines).map { $0[column].count }.max() ?? 0 }
    let rule = String(repeating: "=", count: widths.reduce(6, +))
    func print(_ cells: [String]) {
      let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
      Swift.print(padded.joined(separator: "  "))
    }
    Swift.print(rule)
    print(header)
    Swift.print(rule)
    lines.forEach(print)
    Swift.print(rule)
    Swift.print(
      """
      Total params: \(Self.grouped(summary.parameters))
      Total mult-adds (M): \(Terminal.decimal(Double(summary.multiplyAdds) / 1e6, 2))
      \(rule)
      Input size (MB): \(Self.megabytes(summary.inputBytes))
      Forward/backward pass size (MB): \(Self.megabytes(summary.outputBytes))
      Params size (MB): \(Self.megabytes(summary.parameterBytes))
      Estimated total size (MB): \(
        Self.megabytes(summary.inputBytes + summary.outputBytes + summary.parameterBytes))
      \(rule)
      """)
  }

  private func report(_ summary: NetworkSummary) throws {
    try printJSON(
      Answer(
        parameters: summary.parameters, multiplyAdds: summary.multiplyAdds, inputBytes: summary.inputBytes,
        outputBytes: summary.outputBytes, parameterBytes: summary.parameterBytes))
  }

  private struct Answer: Encodable {
    var parameters: Int
    var multiplyAdds: Int
    var inputBytes: Int
    var outputBytes: Int
    var parameterBytes: Int
  }

  private static func megabytes(_ bytes: Int) -> String { Terminal.decimal(Double(bytes) / 1e6, 2) }

  /// Digits in groups of three.
  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
    }.joined()
  }
}
