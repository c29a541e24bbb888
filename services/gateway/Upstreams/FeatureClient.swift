internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// The feature service as the domain sees it.
struct FeatureClient: FeatureExtracting {
  let upstream: Upstream

  func features(
    of audio: TypesV1.Audio, frontEnd: FrontEnd, field: String
  ) async throws -> (FeatureMatrix, AudioReport) {
    var request = FeatureV1.ExtractRequest()
    request.audio = audio
    request.frontEnd = .init(frontEnd)
    do {
      let response = try await upstream.call(FeatureV1.FeatureService.extract, request)
      let matrix = FeatureMatrix(
        values: response.features?.values ?? [], frames: Int(response.features?.frames ?? 0),
        bins: Int(response.features?.bins ?? 0))
      return (matrix, response.report.map { AudioReport($0) } ?? AudioReport())
    } catch let error as RecognitionError {
      throw error.renamingField("audio", to: field)
    }
  }
}

extension RecognitionError {
  /// The same error for the field that the caller knows: the service calls every recording `audio`.
  func renamingField(_ inner: String, to outer: String) -> RecognitionError {
    guard inner != outer, let field, field == inner || field.hasPrefix(inner + ".") else { return self }
    var renamed = self
    let name = outer + field.dropFirst(inner.count)
    renamed.field = name
    if message.hasPrefix(field) { renamed.message = name + message.dropFirst(field.count) }
    return renamed
  }
}
