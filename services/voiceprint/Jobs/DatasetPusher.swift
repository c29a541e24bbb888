internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition

/// Sends data sets to the trainer.
struct DatasetPusher {
  private static let filesOfOneMessage = 10_000
  /// Attempts in a row that bring the trainer no whole content.
  private static let attempts = 5

  let client: TrainerClient

  /// Sends what the trainer lacks, again when the connection breaks; gives its answer and the bytes that were sent.
  func push(_ pack: DatasetPack, as name: String) async throws -> (TrainerV1.PushDatasetResponse, sent: Int) {
    var sent = 0
    var (left, attempt) = (Int.max, 0)
    while true {
      do {
        let missing = try await missing(pack, waits: attempt > 0)
        // What came whole is there to stay: however often the connection breaks, such a push comes to its end.
        if missing.count < left { (left, attempt) = (missing.count, 0) }
        let answer = try await client.push { writer in
          try await writer.write(.with { $0.payload = .header(.with { $0.name = name }) })
          try await list(pack, to: writer)
          try await send(missing, of: pack, to: writer, &sent)
        }
        return (answer, sent)
      } catch let error as RPCError {
        // Only a broken connection comes as such an error; what came whole need not go again.
        attempt += 1
        guard attempt < Self.attempts else { throw error }
        Terminal.say("the connection broke: \(error.message); trying again")
        // The trainer may still be storing what came whole, and nothing tells when it is done.
        try await Task.sleep(for: .milliseconds(50 << attempt))
      }
    }
  }

  /// Indices of files of which the trainer needs the content, each content once.
  private func missing(_ pack: DatasetPack, waits: Bool) async throws -> [Int] {
    var wanted: Set<String> = []
    let hashes = Array(Set(pack.files.map(\.hash.value)))
    for begin in stride(from: 0, to: hashes.count, by: Self.filesOfOneMessage) {
      let part = Array(hashes[begin..<min(begin + Self.filesOfOneMessage, hashes.count)])
      wanted.formUnion(try await client.missingContents(part, waits: waits))
    }
    return pack.files.indices.filter { wanted.remove(pack.files[$0].hash.value) != nil }
  }

  private func list(_ pack: DatasetPack, to writer: RequestWriter<TrainerV1.PushDatasetRequest>) async throws {
    for begin in stride(from: 0, to: pack.files.count, by: Self.filesOfOneMessage) {
      let part = pack.files[begin..<min(begin + Self.filesOfOneMessage, pack.files.count)]
      let files = TrainerV1.DatasetFiles.with {
        $0.files = part.map { file in
          .with {
            ($0.path, $0.sizeBytes) = (file.path.value, UInt64(file.sizeBytes))
            ($0.sha256, $0.isList) = (file.hash.value, file.isList)
          }
        }
      }
      try await writer.write(.with { $0.payload = .files(files) })
    }
  }

  private func send(
    _ indices: [Int], of pack: DatasetPack, to writer: RequestWriter<TrainerV1.PushDatasetRequest>, _ sent: inout Int
  ) async throws {
    let bar = ProgressBar("push", total: indices.count)
    for index in indices {
      let file = pack.files[index]
      // An empty file is a piece too: it says that its content is there.
      if file.sizeBytes == 0 { try await writer.write(Self.chunk(index, [])) }
      try await pack.read(file) { piece in
        try await writer.write(Self.chunk(index, piece))
        sent += piece.count
      }
      bar.advance()
    }
    bar.finish()
  }

  private static func chunk(_ index: Int, _ data: [UInt8]) -> TrainerV1.PushDatasetRequest {
    let chunk = TrainerV1.DatasetChunk.with {
      $0.file = UInt32(index)
      $0.data = Bytes(data)
    }
    return .with { $0.payload = .chunk(chunk) }
  }
}
