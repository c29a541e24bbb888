import Testing
import VoiceConcurrency
import VoiceMessages
import VoiceModels
import VoiceRecognition
import VoiceTensor

@testable import voiceprint_embedding

@Suite("Epochs of few bits on a replica")
struct PrecisionTests {
  static let reduced = EpochPrecision.allCases.filter { $0 != .float32 && $0.kernels.isSupported }
  private let shelf: EpochShelf
  private let loader = ComputePool(name: "loader", threads: 1, queueLimit: 100)
  init() throws { shelf = try EpochShelf(channels: 32) }

  @Test("The list of epochs tells what each is served in, why that is not what it declares, and what is refused",
    arguments: reduced)
  func told(precision: EpochPrecision) async throws {
    let epochs = [
      try shelf.add(1), try shelf.add(2, precision, float32Fallback: true), try shelf.add(3, precision),
    ]
    for policy in [ReducedPrecision.always, .never] {
      let store = EpochStore(
        source: shelf, loader: loader, policy: EpochPolicy(reducedPrecision: policy), log: quiet)
      await store.want(Set(epochs))
      let messages = [EmbeddingV1.LoadedEpoch](await store.snapshot)
      let told = epochs.map { epoch in messages.first { $0.epoch == epoch.value } ?? .init() }
      let declared = policy == .always
      let name = precision.rawValue
      #expect(told.map(\.precision) == ["float32", declared ? name : "float32", declared ? name : ""])
      #expect(told.map(\.precisionNote.isEmpty) == [true, declared, true])
      #expect(told[2].state == (declared ? .ready : .refused))
      #expect(declared || told[2].reason.contains("does not allow float32"), "\(told[2].reason)")
    }
  }
}
