import FoundationEssentials
import TestSupport
import Testing
import VoiceModels
import VoiceNN
import VoiceRecognition
import VoiceTensor

private let traceFile = "golden/train_trace.safetensors"

/// Ten steps of training as mvector 1.0.5 makes them: EcapaTdnn, AAMLoss, Adam, rates and margins that move.
/// Needs the folder of data for tests beside the package; without it these tests are shown as skipped.
@Suite(
  "Ten steps of training equal mvector's",
  .enabled(if: PackagePaths.shared(traceFile) != nil, "../shared is not at hand"))
struct TrainingTraceTests {
  private static let epoch = 3

  /// A line of mvector's account.
  private struct Line: Decodable {
    var step: Int
    var loss: Float
    var lr_used: Double
    var margin: Double
    var acc: Double
  }

  private struct Entry: Decodable {
    var trace: [Line]?
    init(from decoder: any Decoder) throws {
      trace = try? decoder.container(keyedBy: Keys.self).decode([Line].self, forKey: .trace)
    }
    enum Keys: CodingKey { case trace }
  }

  private let file: [String: StoredTensor]
  private let lines: [Line]
  private let network: TrainableNetwork

  init() throws {
    file = try Safetensors(contentsOf: URL(filePath: try #require(PackagePaths.shared(traceFile)))).tensors
    let index = try Data(contentsOf: URL(filePath: try #require(PackagePaths.shared("golden/index.json"))))
    let entries = try JSONDecoder().decode([String: Entry].self, from: index)
    lines = try #require(entries["train_trace.safetensors"]?.trace)
    network = try TrainableNetwork(
      configuration: NetworkConfiguration(
        architecture: "EcapaTdnn", inputSize: 80, embeddingSize: 24, arguments: ["channels": 16]),
      classifier: (.cosine, .init(inputs: 24, speakers: 6)),
      loss: { SpeakerLoss(.additiveAngularMargin(isEasy: false), margin: 0, root: $0) }, seed: 0)
    try begin()
  }

  /// The beginning is not in the file: its `sd0` shows the memory of the network after the last step. It is drawn again
  /// as PyTorch drew it after `manual_seed(33)`; the values of `sd1`, one step later, are proof.
  private func begin() throws {
    var generator = TorchGenerator(seed: 33)
    for parameter in network.parameters.parameters {
      let values = generator.values(of: parameter)
      network.parameters[parameter] = Tensor(shape: parameter.shape, values: try #require(values, "\(parameter.path)"))
    }
  }

  @Test("Loss, accuracy, rate and margin of every step, parameters and statistics after the first and the last")
  func trace() throws {
    var optimizer = Optimizer(.adam, learningRate: 1e-3, weightDecay: 1e-5)
    let schedule = LearningRateSchedule.warmupCosine(
      minimum: 1e-5, maximum: 1e-3, warmupSteps: Self.epoch, lastStep: 4 * Self.epoch)
    let margins = MarginScheduler(final: 0.3, startEpoch: 1, fixEpoch: 3, stepsPerEpoch: Self.epoch)
    #expect(lines.count == 10)
    for line in lines {
      optimizer.learningRate = schedule.rate(step: line.step, base: 1e-3)
      network.loss?.margin = margins.margin(duringStep: line.step)
      #expect(abs(optimizer.learningRate - line.lr_used) < 1e-15)
      #expect(abs((network.loss?.margin ?? .nan) - line.margin) < 1e-15)
      let (loss, accuracy) = try step(line.step, &optimizer)
      #expect(abs(loss - line.loss) < 2e-5 * line.loss, "step \(line.step): \(loss), not \(line.loss)")
      #expect(accuracy == line.acc, "step \(line.step)")
      if line.step == 0 { try expectParameters("sd1.") }
    }
    try expectParameters("sd10.")
  }

  private func step(_ number: Int, _ optimizer: inout Optimizer) throws -> (loss: Float, accuracy: Double) {
    let run = TrainingExecution(network.parameters, mode: .training)
    let features = run.tape.constant(Tensor(try #require(file["x\(number % 3)"])))
    let labels = try #require(file["y\(number)"]).values.map { Int($0) }
    let (loss, accuracy) = network.lossOf(features, labels: labels, run)
    optimizer.step(network.parameters, run.gradients(of: loss).parameters)
    return (loss.value.values[0], accuracy)
  }

  private func expectParameters(_ prefix: String) throws {
    let expected = file.filter { $0.key.hasPrefix(prefix) }
    #expect(expected.count == 6)
    let actual = network.parameters.stored
    for (key, tensor) in expected {
      let values = try #require(actual[String(key.dropFirst(prefix.count))], "\(key)").values
      // The step of Adam turns noise of small gradients into moves of the whole rate: a few 1e-4 of the weights.
      #expect(relativeError(values, tensor.values) < 5e-4, "\(key)")
    }
  }
}
