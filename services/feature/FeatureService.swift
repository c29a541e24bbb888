internal import VoiceAudio
internal import VoiceAudioWire
internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// Turns audio into features on threads of its own; keeps nothing but the tables of the front-ends it was asked for.
struct FeatureService: RPCService {
  typealias Service = FeatureV1.FeatureService

  static let maximumBatch = 64
  static let maximumChunkBytes = 64 << 10

  let extractors: ExtractorCache
  let pools: ComputePools
  let limits: AudioLimits

  func register(with router: inout Router) {
    router.handle(Service.extract) { request, _ in
      try await extract(
        request.audio, FrontEnd(request.frontEnd), field: "audio", on: pools.pool(isBackground: request.background))
    }
    router.handle(Service.extractBatch) { request, _ in try await extractBatch(request) }
    router.handle(Service.extractStream) { requests, _ in try await extractStream(requests) }
  }

  private func extract(
    _ audio: TypesV1.Audio?, _ frontEnd: FrontEnd, field: String, on pool: ComputePool
  ) async throws -> FeatureV1.ExtractResponse {
    guard let audio, audio.content.count > 0 else {
      throw RecognitionError.invalid(
        "\(field).content", "is missing: send the bytes of an audio file", reason: "AUDIO_EMPTY")
    }
    let encoding = try AudioEncoding(
      audio.encoding, sampleRate: audio.sampleRateHz, channels: audio.channels, field: field)
    return try await pool.compute { _ in
      let extractor = try extractors.extractor(for: frontEnd)
      do {
        return .init(try audio.content.withUnsafeBytes { try extractor.extract($0, encoding: encoding) })
      } catch let error as AudioError { throw RecognitionError(error, field: "\(field).content") }
    }
  }

  private func extractBatch(
    _ request: FeatureV1.ExtractBatchRequest
  ) async throws -> FeatureV1.ExtractBatchResponse {
    guard (1...Self.maximumBatch).contains(request.audios.count) else {
      throw RecognitionError.invalid("audios", "\(request.audios.count) given, 1 to \(Self.maximumBatch) are taken")
    }
    let frontEnd = FrontEnd(request.frontEnd)
    _ = try extractors.extractor(for: frontEnd)
    let results = try await withThrowingTaskGroup(of: (Int, FeatureV1.ExtractResult).self) { group in
      for (index, audio) in request.audios.enumerated() {
        group.addTask { (index, try await result(of: audio, frontEnd, field: "audios[\(index)]")) }
      }
      var results = [FeatureV1.ExtractResult](repeating: .init(), count: request.audios.count)
      for try await (index, result) in group { results[index] = result }
      return results
    }
    return .with { $0.results = results }
  }

  /// One item of a batch: its own fault is in the result, anybody else's fails the call.
  private func result(
    of audio: TypesV1.Audio, _ frontEnd: FrontEnd, field: String
  ) async throws -> FeatureV1.ExtractResult {
    do {
      let response = try await extract(audio, frontEnd, field: field, on: pools.foreground)
      return .with { $0.result = .extracted(response) }
    } catch let error as RecognitionError where error.code == .invalidArgument {
      return .with { result in
        result.result = .error(
          .with {
            $0.code = Int32(ErrorTable.status(of: error.code).rawValue)
            $0.message = error.message
          })
      }
    }
  }

  private func extractStream(
    _ requests: MessageStream<FeatureV1.ExtractStreamRequest>
  ) async throws -> FeatureV1.ExtractStreamResponse {
    var iterator = requests.makeAsyncIterator()
    guard case .config(let config)? = try await iterator.next()?.payload else {
      throw RecognitionError.invalid("payload", "the stream must begin with a config")
    }
    var content: [UInt8] = []
    while let request = try await iterator.next() {
      guard case .audioChunk(let chunk)? = request.payload else {
        throw RecognitionError.invalid("payload", "after the config only audio chunks may follow")
      }
      guard chunk.count <= Self.maximumChunkBytes else {
        throw RecognitionError.invalid(
          "audio_chunk", "\(chunk.count) bytes, at most \(Self.maximumChunkBytes) are taken")
      }
      guard content.count + chunk.count <= limits.maxBytes else {
        throw RecognitionError.invalid(
          "audio_chunk", "the audio exceeds \(limits.maxBytes) bytes", reason: "AUDIO_TOO_LARGE")
      }
      chunk.withUnsafeBytes { content.append(contentsOf: $0) }
    }
    var audio = config.audio ?? .init()
    guard audio.content.count == 0 else {
      throw RecognitionError.invalid("config.audio.content", "must be empty: the audio follows in chunks")
    }
    audio.content = Bytes(content)
    let response = try await extract(audio, FrontEnd(config.frontEnd), field: "audio", on: pools.foreground)
    return .with {
      $0.features = response.features
      $0.report = response.report
    }
  }
}
