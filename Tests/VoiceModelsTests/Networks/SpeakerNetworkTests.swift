import Testing
import VoiceModels
import VoiceNN
import VoiceTensor

@Suite("A network in inference")
struct SpeakerNetworkTests {
  private let network = SmallNetwork()

  @Test("It gives what the tape gives, for any bins, lengths and segments", arguments: [5, 23, 40], [3, 25, 202, 401])
  func equalsTape(_ bins: Int, _ frames: Int) throws {
    let small = SmallNetwork(bins: bins)
    let features = small.features(frames: frames)
    let embedding = try small.speaker().embed(features, frames: frames)

    let trainable = try TrainableNetwork(configuration: small.configuration, parameters: small.parameters)
    let run = TrainingExecution(trainable.parameters, mode: .evaluation)
    let x = run.tape.constant(Tensor(shape: [1, frames, bins], values: features))
    let expected = trainable.forward(x, run).value.values
    let scale = expected.reduce(0) { max($0, abs($1)) }
    #expect(embedding.count == expected.count)
    for (actual, expected) in zip(embedding, expected) { #expect(abs(actual - expected) < 1e-4 * scale) }
  }

  @Test("Utterances of other lengths before and beside it change no bit of a voiceprint")
  func invariance() async throws {
    let (speaker, small) = (try network.speaker(), network)
    let lengths = [3, 250, 17, 101, 60]
    let alone = try lengths.map { try network.speaker().embed(network.features(frames: $0), frames: $0) }
    try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
      for round in 0..<20 {
        let index = round % lengths.count
        group.addTask {
          (index, try speaker.embed(small.features(frames: lengths[index]), frames: lengths[index]))
        }
      }
      for try await (index, embedding) in group { #expect(embedding == alone[index]) }
    }
  }

  @Test("Features that it cannot read are refused with the reason")
  func badFeatures() throws {
    let speaker = try network.speaker()
    func message(_ features: [Float], frames: Int) -> String? {
      let error = #expect(throws: NetworkError.self) { try speaker.embed(features, frames: frames) }
      #expect(error?.code == .badFeatures)
      return error?.message
    }
    var features = network.features(frames: 10)
    #expect(message([], frames: 0)?.contains("at least 3") == true)
    #expect(message(network.features(frames: 2), frames: 2)?.contains("2 frames") == true)
    #expect(message(features, frames: 11)?.contains("not 11 frames of 16 bins") == true)
    #expect(message(features, frames: .max)?.contains("160 values") == true)
    #expect(message(features, frames: -1)?.contains("-1 frames") == true)
    features[35] = .nan
    #expect(message(features, frames: 10)?.contains("frame 2, bin 3") == true)
    features[35] = -.infinity
    #expect(message(features, frames: 10)?.contains("-inf") == true)
    features[35] = 3e38
    #expect(message(features, frames: 10)?.contains("not finite") == true)
  }

  @Test("Silence, the same frame throughout, has a finite voiceprint")
  func silence() throws {
    let embedding = try network.speaker().embed([Float](repeating: -15.9, count: 50 * 16), frames: 50)
    #expect(embedding.allSatisfy { $0.isFinite })
  }

  @Test("Every parameter that does not fit is named in one error")
  func badParameters() throws {
    var parameters = network.parameters
    parameters["head.conv1.weight"] = nil
    parameters["xvector.dense.nonlinear.batchnorm.weight"] = StoredTensor(shape: [6], values: [1, 1, 1, 1, 1, 1])
    parameters["xvector.tdnn.linear.weight"] = StoredTensor(shape: [1], values: [0])
    let error = try #require(throws: NetworkError.self) {
      try SpeakerNetwork(configuration: network.configuration, parameters: parameters)
    }
    #expect(error.code == .badParameters)
    for path in ["head.conv1.weight", "xvector.dense.nonlinear.batchnorm.weight", "xvector.tdnn.linear.weight"] {
      #expect(error.message.contains(path))
    }
  }

  @Test("Counts of batches may be missing")
  func counters() throws {
    let parameters = network.parameters.filter { !$0.key.hasSuffix("num_batches_tracked") }
    #expect(parameters.count < network.parameters.count)
    let speaker = try SpeakerNetwork(configuration: network.configuration, parameters: parameters)
    let features = network.features(frames: 20)
    let expected = try network.speaker().embed(features, frames: 20)
    #expect(try speaker.embed(features, frames: 20) == expected)
    #expect(speaker.embeddingSize == 6 && speaker.inputSize == 16 && speaker.minimumFrames == 3)
    #expect(speaker.memoryBytes > 4 * 10_000)
  }
}
