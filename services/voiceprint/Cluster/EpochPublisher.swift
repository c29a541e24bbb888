internal import FoundationEssentials
internal import VoiceMessages
internal import VoiceModels
internal import VoiceRPC
internal import VoiceRecognition

/// Sends epochs to a registry.
struct EpochPublisher {
  private static let chunkBytes = 1 << 20
  private let channel: Channel

  /// For the registry at a gRPC target.
  init(target: String) throws { channel = try Channel(target) }

  /// Publishes the bundle in a folder, unless the registry has it. Gives its name and whether it was new.
  func publish(_ folder: String, asDefault: Bool) async throws -> (name: String, created: Bool) {
    let (manifest, json) = try Self.manifest(of: folder)
    if !asDefault, try await hasEpoch(manifest.name) { return (manifest.name, false) }
    let options = CallOptions(deadline: .after(.seconds(300)), waitsForReady: true)
    let answer = try await channel.call(RegistryV1.EpochService.publishEpoch, options: options) { writer in
      try await writer.write(Self.header(manifest, json, asDefault: asDefault))
      for (index, file) in manifest.files.enumerated() {
        try await Self.send(URL(filePath: "\(folder)/\(file.name)"), as: UInt32(index), to: writer)
      }
    }
    return (answer.epoch?.epoch ?? manifest.name, answer.created)
  }

  private func hasEpoch(_ name: String) async throws -> Bool {
    do {
      let options = CallOptions(deadline: .after(.seconds(30)), waitsForReady: true)
      _ = try await channel.call(RegistryV1.EpochService.getEpoch, .with { $0.epoch = name }, options: options)
      return true
    } catch let error as RPCError where error.code == .notFound { return false }
  }

  private static func manifest(of folder: String) throws -> (EpochManifest, json: String) {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(EpochBundle.manifestName)") else {
      throw CommandError("there is no bundle of an epoch in \(folder): make one with `voiceprint import-model`")
    }
    return (try EpochManifest(json: data), String(decoding: data, as: UTF8.self))
  }

  private static func header(
    _ manifest: EpochManifest, _ json: String, asDefault: Bool
  ) -> RegistryV1.PublishEpochRequest {
    var header = RegistryV1.EpochHeader()
    header.manifestJson = json
    header.files = manifest.files.map { file in
      .with {
        $0.name = file.name
        $0.sizeBytes = UInt64(file.sizeBytes)
        $0.sha256 = file.sha256
      }
    }
    return .with {
      $0.makeDefault = asDefault
      $0.payload = .header(header)
    }
  }

  private static func send(
    _ file: URL, as index: UInt32, to writer: RequestWriter<RegistryV1.PublishEpochRequest>
  ) async throws {
    let content = try Data(contentsOf: file, options: .mappedIfSafe)
    for begin in stride(from: 0, to: content.count, by: chunkBytes) {
      var chunk = RegistryV1.EpochChunk()
      chunk.file = index
      chunk.data = Bytes(content[begin..<min(begin + chunkBytes, content.count)])
      try await writer.write(.with { $0.payload = .chunk(chunk) })
    }
  }
}
