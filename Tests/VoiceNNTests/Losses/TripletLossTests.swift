import Testing
import VoiceNN
import VoiceTensor

@Suite("The triplet loss on any batch")
struct TripletLossTests {
  private let voices: [Float] = [1, 0, 0, 1, 0.1, 0, 0, 1, 0, 0.5, 0.5, 0]

  /// The loss of four voices and the gradient by them.
  private func step(_ kind: SpeakerLoss.Kind, labels: [Int]) throws -> (value: Float, gradient: [Float]) {
    let registry = LayerRegistry()
    let classifier = SpeakerClassifier(registry.root("1"), .linear, .init(inputs: 3, speakers: 3))
    let loss = SpeakerLoss(kind, margin: 0.5, root: registry.root)
    let run = TrainingExecution(ParameterStore(drawing: registry.parameters, seed: 4), mode: .training)
    let x = run.tape.parameter(Tensor(shape: [4, 3], values: voices))
    let value = loss(voiceprints: x, logits: classifier(x, run), labels: labels, classifier, run)
    return (value.value.values[0], try #require(run.gradients(of: value).others[x]).values)
  }

  @Test("Speakers may have different numbers of voices")
  func uneven() throws {
    let triplet = SpeakerLoss.Kind.triplet(TripletMargin(absoluteWeight: 0), normalizesFeatures: true)
    let uneven = try step(triplet, labels: [0, 0, 0, 1])
    let plain = try step(.crossEntropy, labels: [0, 0, 0, 1])
    // Lengths 1, √1.01, 1, √0.5. Least own and greatest other cosine: of the first 0 and 1/√2, of the second
    // 0.1/√1.01 and 0.55/√0.505, of the third 0 and 1/√2, of the last 1 and 0.55/√0.505.
    let (diagonal, near) = (0.5.squareRoot(), 0.55 / 0.505.squareRoot())
    let terms = [diagonal + 0.5, near - 0.1 / 1.01.squareRoot() + 0.5, diagonal + 0.5, near - 1 + 0.5]
    #expect(abs(Double(uneven.value - plain.value) - terms.reduce(0, +) / 4) < 1e-5)
    #expect(uneven.gradient.allSatisfy { $0.isFinite })
  }

  @Test("A batch of one speaker has nobody to be told from: only the cross entropy is left")
  func alone() throws {
    let triplet = try step(.triplet(TripletMargin(), normalizesFeatures: true), labels: [2, 2, 2, 2])
    let plain = try step(.crossEntropy, labels: [2, 2, 2, 2])
    #expect(triplet.value == plain.value)
    #expect(triplet.gradient == plain.gradient)
  }
}
