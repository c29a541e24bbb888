internal import Foundation
internal import VoiceCluster
internal import VoiceConcurrency
internal import VoiceRecognition

/// Measures how well a network tells people apart, by `voiceprint eval` in a process of its own.
struct EvaluationProcess: Sendable {
  /// What is compared with what; paths start from the data set's folder.
  enum Trials: Sendable {
    case product(enroll: String, trials: String)
    case pairs(String)
  }

  /// What `voiceprint eval --json` prints, as far as it is told on.
  struct Measured: Decodable, Sendable {
    struct Point: Decodable, Sendable {
      var false_accept_rate: Double
      var threshold: Double
    }
    struct Comparison: Decodable, Sendable {
      var eer: Double
      var confidence: Double?
    }
    var eer: Double
    var eer_interval: [Double]?
    var min_dcf: Double
    var threshold: Double
    var targets: Int
    var impostors: Int
    var operating_points: [Point]
    var against: Comparison?
  }

  let process: TrainingProcess
  let files: ComputePool

  /// Measures a checkpoint, or an epoch's folder, which needs no configuration; `words` end the command.
  ///
  /// Throws `aborted` with the last that the process said when it fails.
  func measure(
    _ checkpoint: String, configuration: String? = nil, root: String, _ trials: Trials, _ words: [String] = []
  ) async throws -> Measured {
    var arguments = ["eval", "--checkpoint", checkpoint, "--root", root, "--json"] + words
    if let configuration { arguments += ["--configs", configuration] }
    if let threads = process.settings.threads { arguments += ["--threads", "\(threads)"] }
    switch trials {
    case .product(let enroll, let trials):
      arguments += ["--enroll-list", "\(root)/\(enroll)", "--trials-list", "\(root)/\(trials)"]
    case .pairs(let pairs): arguments += ["--trials", "\(root)/\(pairs)"]
    }
    let end = try await process.run(arguments, log: "eval")
    guard end.status.isSuccess else {
      throw RecognitionError(
        .aborted, reason: "EVALUATION",
        "the network was not measured: " + end.lastWords.replacing("\(root)/", with: ""))
    }
    let output = try await files.run { [folder = process.folder] _ in
      try Data(contentsOf: URL(filePath: "\(folder)/eval.log"))
    }
    // Notes go to the same log, and what was measured before; the report is a line of its own.
    guard let report = output.split(separator: UInt8(ascii: "\n")).last, report.first == UInt8(ascii: "{") else {
      throw RecognitionError(.internal, reason: "EVALUATION", "the evaluation printed no report")
    }
    return try JSONDecoder().decode(Measured.self, from: report)
  }
}

extension EpochProvenance.Evaluation {
  /// What was measured on lists of a data set. Throws `invalidArgument` for rates that are none.
  init(
    _ measured: EvaluationProcess.Measured, dataset: DatasetName, _ trials: EvaluationProcess.Trials
  ) throws(RecognitionError) {
    let list = switch trials {
    case .product(_, let trials): trials
    case .pairs(let pairs): pairs
    }
    try self.init(
      dataset: dataset.value, list: list, targets: measured.targets, impostors: measured.impostors, eer: measured.eer,
      // Without speakers nothing is known of it.
      eerInterval: (measured.eer_interval?.first ?? 0, measured.eer_interval?.last ?? 1), minDCF: measured.min_dcf,
      operatingPoints: measured.operating_points.map {
        .init(falseAcceptRate: $0.false_accept_rate, threshold: $0.threshold)
      })
  }
}
