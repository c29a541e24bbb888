internal import VoiceMessages
internal import VoiceRecognition

/// The words that stand for the values of an enumeration.
struct WireNames<Value: Hashable & Sendable>: Sendable {
  private let pairs: [(value: Value, name: String)]

  init(_ pairs: [(Value, String)]) { self.pairs = pairs }

  /// The word for a value; that of a newer version has none.
  func name(of value: Value) -> String { pairs.first { $0.value == value }?.name ?? "unknown" }

  /// The value of a word. Throws `invalidArgument` naming `field`.
  func value(of name: String, field: String) throws(RecognitionError) -> Value {
    let known = pairs.filter { $0.name != "unspecified" }
    guard let pair = known.first(where: { $0.name == name }) else {
      throw .invalid(field, "'\(name)' is none of " + known.map(\.name).joined(separator: ", "))
    }
    return pair.value
  }
}

extension WireNames<GatewayV1.Decision> {
  static let decision = Self([(.unspecified, "unspecified"), (.accepted, "accepted"), (.rejected, "rejected")])
}

extension WireNames<TypesV1.AudioWarning> {
  static let warning = Self([
    (.unspecified, "unspecified"), (.short, "short"), (.clipped, "clipped"), (.quiet, "quiet"),
  ])
}

extension WireNames<TypesV1.AudioRetention> {
  static let retention = Self([(.unspecified, "unspecified"), (.none, "none"), (.encrypted, "encrypted")])
}

extension WireNames<TrainerV1.JobState> {
  static let jobState = Self([
    (.unspecified, "unspecified"), (.queued, "queued"), (.running, "running"), (.finished, "finished"),
    (.failed, "failed"), (.cancelled, "cancelled"),
  ])
}

extension WireNames<RegistryV1.PromotionState> {
  static let promotionState = Self([
    (.unspecified, "unspecified"), (.staging, "staging"), (.reembedding, "reembedding"), (.flipping, "flipping"),
    (.draining, "draining"), (.finished, "finished"), (.failed, "failed"), (.cancelled, "cancelled"),
    (.rolledBack, "rolled_back"),
  ])
}

extension WireNames<RegistryV1.UnretainedPolicy> {
  static let policy = Self([(.unspecified, "unspecified"), (.fail, "fail"), (.proceed, "proceed")])
}

extension WireNames<EmbeddingV1.LoadedEpoch.State> {
  static let epochState = Self([
    (.unspecified, "unspecified"), (.loading, "loading"), (.ready, "ready"), (.refused, "refused"),
  ])
}
