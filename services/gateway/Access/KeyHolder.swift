internal import VoiceRecognition
internal import VoiceServiceKit

/// Who makes the call that is being handled, where it came with a key.
struct KeyHolder: Sendable {
  /// Nil for a call without a key.
  @TaskLocal static var current: KeyHolder?

  let key: AccessKey
  /// How many people the tenant had when the key was looked up.
  let speakers: Int
  let usage: KeyUsage
  /// Looks the key up again; nil for a token, which says itself how long it is good.
  let book: KeyBook?

  /// Throws `permissionDenied` unless the key is good for the method.
  func check(_ method: String) throws(RecognitionError) {
    guard let row = MethodTable.row(of: method) else {
      throw RecognitionError(.permissionDenied, reason: "METHOD_NOT_ALLOWED", "\(method) is nobody's to call")
    }
    guard !key.scopes.contains(row.scope) else { return }
    let scopes = key.scopes.map(\.rawValue).sorted().joined(separator: ", ")
    throw RecognitionError(
      .permissionDenied, reason: "SCOPE_MISSING",
      "the key '\(key.name)' is good for \(scopes), and this call needs \(row.scope.rawValue): "
        + "`voiceprint keys create` makes a key that has it",
      metadata: ["scope": row.scope.rawValue])
  }

  /// Throws `unauthenticated` when the key was revoked meanwhile, for calls that go on for long.
  func recheck() async throws {
    guard let book else { return try KeyBook.checkGood(key) }
    guard let entry = try await book.find(key.id) else { throw KeyBook.unknown }
    try KeyBook.checkGood(entry.key)
  }
}

/// Counts the audio that goes to the feature service for the callers' quotas.
struct MeteredExtractor: FeatureExtracting {
  /// Whether the audio was counted before, as that of a stream is, whose windows overlap.
  @TaskLocal static var isCounted = false

  let features: FeatureClient

  func features(
    of audio: FeatureClient.Audio, frontEnd: FrontEnd, field: String
  ) async throws -> (FeatureMatrix, AudioReport) {
    guard !Self.isCounted, let usage = KeyHolder.current?.usage else {
      return try await features.features(of: audio, frontEnd: frontEnd, field: field)
    }
    // How long it is only the service knows: it is refused when nothing is left, and counted afterwards.
    try usage.admitAudio(seconds: 0)
    let answer = try await features.features(of: audio, frontEnd: frontEnd, field: field)
    // A call that takes the last of it, and more, is answered.
    try? usage.admitAudio(seconds: answer.1.durationSeconds)
    return answer
  }

  func recording(of audio: FeatureClient.Audio) throws(RecognitionError) -> Recording {
    try features.recording(of: audio)
  }
}
