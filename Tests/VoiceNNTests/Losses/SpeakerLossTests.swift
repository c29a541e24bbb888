import Testing
import VoiceNN
import VoiceTensor

@Suite("Losses where mvector's are not finite")
struct SpeakerLossTests {
  /// Loss and gradients of voiceprints that are the vectors of their classes, or the opposite.
  private func step(
    _ kind: SpeakerLoss.Kind, sign: Float, scale: Double = 32
  ) throws -> (value: Float, gradients: [Float]) {
    let registry = LayerRegistry()
    let classifier = SpeakerClassifier(registry.root("1"), .cosine, .init(inputs: 3, speakers: 4))
    let loss = SpeakerLoss(kind, scale: scale, root: registry.root)
    let rows: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0.6, 0.8, 0]
    var stored = ["1.weight": StoredTensor(shape: [4, 3], values: rows)]
    if registry.parameters.count > 1 { stored[SpeakerLoss.biasPath] = StoredTensor(shape: [1], values: [0]) }
    let run = TrainingExecution(try ParameterStore(stored, for: registry.parameters), mode: .training)
    let voiceprints = run.tape.parameter(Tensor(shape: [4, 3], values: rows.map { sign * $0 }))
    let logits = classifier(voiceprints, run)
    let value = loss(voiceprints: voiceprints, logits: logits, labels: [0, 1, 2, 3], classifier, run)
    let gradients = run.gradients(of: value)
    let others = gradients.parameters.values.flatMap(\.values)
    return (value.value.values[0], (gradients.others[voiceprints]?.values ?? []) + others)
  }

  @Test(
    "A voiceprint equal to its class, or opposite to it, has a finite loss and gradient",
    arguments: [
      SpeakerLoss.Kind.additiveAngularMargin(isEasy: false), .additiveAngularMargin(isEasy: true),
      .subCentre(isEasy: false), .sphereFace2(SphereFace2Margin(kind: .angle)), .sphereFace2(SphereFace2Margin()),
      .additiveMargin, .realAdditiveMargin, .crossEntropy, .triplet(TripletMargin(), normalizesFeatures: true),
    ], [Float(1), -1])
  func finite(_ kind: SpeakerLoss.Kind, _ sign: Float) throws {
    let step = try step(kind, sign: sign)
    #expect(step.value.isFinite && step.gradients.count >= 24 && step.gradients.allSatisfy(\.isFinite))
  }

  @Test("SphereFace2 does not overflow at a scale of 1000, where log(1 + exp) does")
  func overflow() throws {
    let step = try step(.sphereFace2(SphereFace2Margin()), sign: -1, scale: 1000)
    #expect(step.value.isFinite && step.value > 100 && step.gradients.allSatisfy(\.isFinite))
  }

  @Test("SphereFace2's bias has a gradient")
  func bias() throws {
    let step = try step(.sphereFace2(SphereFace2Margin()), sign: 1)
    #expect(step.gradients.count == 25)
  }

  @Test("The share of rows whose label has the largest logit; the first of equals counts, as in PyTorch")
  func accuracy() {
    let logits = Tensor(shape: [3, 3], values: [1, 2, 0, 5, 5, 1, 0, 0, 0])
    #expect(SpeakerClassifier.accuracy(logits, labels: [1, 0, 2]) == 2.0 / 3)
    #expect(SpeakerClassifier.accuracy(logits, labels: [1, 1, 0]) == 2.0 / 3)
  }
}
