package import VoiceMessages
internal import VoiceRPC
package import VoiceRecognition

/// The feature service as the domain sees it.
package struct FeatureClient: FeatureExtracting {
  private let upstream: Upstream
  private let isBackground: Bool

  /// A client of the service behind `upstream`; in the background its calls give way to those of others.
  package init(upstream: Upstream, isBackground: Bool = false) {
    self.upstream = upstream
    self.isBackground = isBackground
  }

  /// Features of a piece of audio and what was measured on it. Throws `RecognitionError` naming `field`.
  package func features(
    of audio: TypesV1.Audio, frontEnd: FrontEnd, field: String
  ) async throws -> (FeatureMatrix, AudioReport) {
    var request = FeatureV1.ExtractRequest()
    request.audio = audio
    request.frontEnd = .init(frontEnd)
    request.background = isBackground
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

  /// The piece of audio as a collection keeps it. Throws `invalidArgument` for an encoding that is not known.
  package func recording(of audio: TypesV1.Audio) throws(RecognitionError) -> Recording {
    try Recording(audio, field: "audio")
  }
}

extension RecognitionError {
  /// The same error for the field that the caller knows: the service calls every recording `audio`.
  package func renamingField(_ inner: String, to outer: String) -> RecognitionError {
    guard inner != outer, let field, field == inner || field.hasPrefix(inner + ".") else { return self }
    var renamed = self
    let name = outer + field.dropFirst(inner.count)
    renamed.field = name
    if message.hasPrefix(field) { renamed.message = name + message.dropFirst(field.count) }
    return renamed
  }
}
