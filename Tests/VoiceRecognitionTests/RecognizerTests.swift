import Testing
import VoiceRecognition

@Suite("Recogniser")
struct RecognizerTests {
  let recogniser: Recognizer<EchoExtractor, EchoNetworks, MemoryRegistry, OneEpoch>
  let registry: MemoryRegistry
  let ann = try! SpeakerID("ann")
  let bob = try! SpeakerID("bob")

  init() throws {
    let epochs = try OneEpoch(threshold: 0.5)
    registry = MemoryRegistry(epoch: epochs.record.name)
    recogniser = Recognizer(
      extractor: EchoExtractor(), networks: EchoNetworks(), registry: registry, catalogue: epochs)
  }

  private func enroll(_ id: SpeakerID, _ audios: [[Float]]) async throws -> EnrollAnswer {
    try await recogniser.enroll(
      id, in: .standard, displayName: nil, labels: [:], audios: audios, requestID: "")
  }

  @Test("Nobody enrolled makes everyone a stranger, not an error")
  func emptyGallery() async throws {
    let answer = try await recogniser.identify([1, 0], in: .standard, threshold: nil, topK: 0)
    #expect(answer.decision == .rejected && answer.candidates.isEmpty && answer.margin == nil)
    #expect(answer.gallerySize == 0)
  }

  @Test("A call whose collection gets another epoch in between begins again, at most twice, and enrols once")
  func flips() async throws {
    await registry.flip(times: 2)
    let enrolled = try await enroll(ann, [[1, 0]])
    #expect(enrolled.result.created && enrolled.result.speaker.utterances.count == 1)
    await registry.flip(times: 2)
    #expect(try await recogniser.identify([1, 0], in: .standard, threshold: nil, topK: 0).decision == .accepted)
    await registry.flip(times: 1)
    #expect(try await recogniser.verify([1, 0], as: ann, in: .standard, threshold: nil).decision == .accepted)
    #expect(await registry.calls == 8)

    await registry.flip(times: 3)
    await #expect {
      _ = try await recogniser.identify([1, 0], in: .standard, threshold: nil, topK: 0)
    } throws: {
      ($0 as? RecognitionError)?.reason == "EPOCH_MISMATCH"
    }
  }

  @Test("An enrolment whose answer was lost before a flip is not done twice when the call begins again")
  func lostAnswer() async throws {
    await registry.loseAnswer()
    let answer = try await enroll(ann, [[1, 0]])
    #expect(answer.result.speaker.utterances.count == 1 && answer.result.created && !answer.result.replayed)
    #expect(try await registry.speaker(ann, in: .standard).utterances.count == 1)
    // Another call is another enrolment.
    #expect(try await enroll(ann, [[1, 0]]).result.speaker.utterances.count == 2)
  }

  @Test("The nearest person is recognised with the margin to the runner-up")
  func identify() async throws {
    _ = try await enroll(ann, [[1, 0], [2, 0.1]])
    let alone = try await recogniser.identify([1, 0], in: .standard, threshold: nil, topK: 0)
    #expect(alone.candidates.map(\.speaker) == [ann] && alone.margin == nil)
    _ = try await enroll(bob, [[0, 1]])
    let answer = try await recogniser.identify([1, 0.1], in: .standard, threshold: nil, topK: 1)
    #expect(answer.decision == .accepted && answer.candidates.map(\.speaker) == [ann])
    #expect(try #require(answer.margin) > 0.5)
    let stranger = try await recogniser.identify([-1, -1], in: .standard, threshold: nil, topK: 5)
    #expect(stranger.decision == .rejected && stranger.candidates.count == 2)
  }

  @Test("A threshold counts for its own call only, and 0 is a threshold")
  func thresholds() async throws {
    _ = try await enroll(ann, [[1, 0]])
    let probe: [Float] = [0.2, 1]  // cosine 0.196
    #expect(try await recogniser.identify(probe, in: .standard, threshold: 0, topK: 0).decision == .accepted)
    #expect(try await recogniser.identify(probe, in: .standard, threshold: nil, topK: 0).decision == .rejected)
    #expect(try await recogniser.verify(probe, as: ann, in: .standard, threshold: 0).decision == .accepted)
    #expect(try await recogniser.contrast([1, 0], probe, threshold: 0, epoch: nil).threshold.value == 0)
    for bad in [Double.nan, 1.5, -1.01, .infinity] {
      await #expect(throws: RecognitionError.self) {
        try await recogniser.identify(probe, in: .standard, threshold: bad, topK: 0)
      }
    }
  }

  @Test("A bad recording fails the whole enrolment and names which one it was")
  func badRecording() async throws {
    do {
      _ = try await enroll(ann, [[1, 0], []])
      Issue.record("enrolled an empty recording")
    } catch let error as RecognitionError { #expect(error.field == "audios[1]") }
    await #expect(throws: RecognitionError.self) {
      try await recogniser.verify([1, 0], as: ann, in: .standard, threshold: nil)
    }
    await #expect(throws: RecognitionError.self) { try await enroll(ann, []) }
    await #expect(throws: RecognitionError.self) { try await enroll(ann, .init(repeating: [1], count: 65)) }
  }

  @Test("An unknown epoch or collection is not found")
  func missing() async throws {
    let epoch = try EpochName("Other-1")
    do {
      _ = try await recogniser.embed([1], epoch: epoch)
      Issue.record("embedded with an unknown epoch")
    } catch let error as RecognitionError { #expect(error.code == .notFound) }
    let nowhere = try CollectionName("nowhere")
    do {
      _ = try await recogniser.identify([1], in: nowhere, threshold: nil, topK: 0)
      Issue.record("searched an unknown collection")
    } catch let error as RecognitionError { #expect(error.code == .notFound) }
  }

  @Test("A replica that answers with another epoch's voiceprint is caught")
  func wrongEpoch() async throws {
    let epochs = try OneEpoch(threshold: 0.5)
    let wrong = Recognizer(
      extractor: EchoExtractor(), networks: EchoNetworks(answers: try EpochName("Other-1")),
      registry: MemoryRegistry(epoch: epochs.record.name), catalogue: epochs)
    do {
      _ = try await wrong.contrast([1, 0], [1, 0], threshold: nil, epoch: nil)
      Issue.record("compared voiceprints of the wrong epoch")
    } catch let error as RecognitionError { #expect(error.code == .internal) }
  }
}
