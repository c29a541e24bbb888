internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

/// Epochs and their files on the wire.
struct EpochService: RPCService {
  typealias Service = RegistryV1.EpochService

  let epochs: EpochStore

  func register(with router: inout Router) {
    router.handle(Service.publishEpoch) { requests, _ in try await publish(requests) }
    router.handle(Service.fetchEpoch) { request, writer, _ in try await fetch(EpochName(request.epoch), writer) }
    router.handle(Service.getEpoch) { request, _ in
      let record = try await epochs.epoch(EpochName.optional(request.epoch))
      return try .with { $0.epoch = try .init(record) }
    }
    router.handle(Service.listEpochs) { _, _ in
      let records = try await epochs.epochs()
      return try .with { $0.epochs = try records.map { try .init($0) } }
    }
    router.handle(Service.watchEpochs) { _, writer, _ in
      try await epochs.watch { records in
        try await writer.write(.with { $0.epochs = try records.map { try .init($0) } })
      }
      try Task.checkCancellation()
      throw RecognitionError.unavailable("registry", "the registry is being shut down: watch another replica")
    }
  }

  func serverWillStop() { epochs.endWatching() }

  private func publish(
    _ requests: MessageStream<RegistryV1.PublishEpochRequest>
  ) async throws -> RegistryV1.PublishEpochResponse {
    var iterator = requests.makeAsyncIterator()
    guard let first = try await iterator.next(), case .header(let header)? = first.payload else {
      throw RecognitionError.invalid("payload", "the stream must begin with a header")
    }
    let leased = try LeasedJob(first.lease)
    let upload = try await epochs.publish(
      EpochManifest(header), provenance: first.provenance.map { try EpochProvenance($0) },
      makeDefault: first.makeDefault)
    do {
      while let request = try await iterator.next() {
        guard case .chunk(let chunk)? = request.payload else {
          throw RecognitionError.invalid("payload", "after the header only chunks may follow")
        }
        try await upload.append(file: Int(chunk.file), chunk.data.array)
      }
      let (record, created) = try await upload.finish(for: leased)
      return try .with {
        $0.epoch = try .init(record)
        $0.created = created
      }
    } catch {
      await drop(upload)
      throw error
    }
  }

  /// In a task of its own, as this one may be cancelled. What cannot be dropped now, as the database is away, goes with
  /// a later upload; it counts for nothing until then.
  private func drop(_ upload: EpochUpload) async {
    _ = await Task { try await upload.abandon() }.result
  }

  private func fetch(_ name: EpochName, _ writer: MessageWriter<RegistryV1.FetchEpochResponse>) async throws {
    let record = try await epochs.epoch(name)
    try await writer.write(try .with { $0.payload = .header(try .init(record)) })
    try await epochs.fetch(record) { file, piece in
      let chunk = RegistryV1.EpochChunk.with {
        $0.file = UInt32(file)
        $0.data = Bytes(piece)
      }
      try await writer.write(.with { $0.payload = .chunk(chunk) })
    }
  }
}
