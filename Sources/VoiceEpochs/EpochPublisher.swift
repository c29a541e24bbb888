internal import FoundationEssentials
internal import VoiceMessages
internal import VoiceModels
package import VoiceRPC
package import VoiceRecognition
internal import VoiceServiceKit

/// Sends epochs to a registry.
package struct EpochPublisher: Sendable {
  private static let chunkBytes = 1 << 20
  private let channel: Channel

  /// For the registry behind a channel.
  package init(channel: Channel) { self.channel = channel }

  /// Publishes the bundle in a folder, unless the registry has it; as that of a job only while the job is the caller's.
  /// Gives its name and whether it was new.
  ///
  /// Nothing uses a new epoch before somebody promotes it or makes it the default. Throws `RecognitionError`:
  /// `notFound` when there is no bundle in the folder, and whatever the registry answers.
  package func publish(
    _ folder: String, provenance: EpochProvenance? = nil, for leased: LeasedJob? = nil, asDefault: Bool = false
  ) async throws -> (name: EpochName, created: Bool) {
    let (manifest, json) = try Self.manifest(of: folder)
    let name = try EpochName(manifest.name)
    do {
      if !asDefault, try await hasEpoch(manifest.name) { return (name, false) }
      let options = CallOptions(deadline: .after(.seconds(600)), waitsForReady: true)
      let answer = try await channel.call(RegistryV1.EpochService.publishEpoch, options: options) { writer in
        try await writer.write(
          .with {
            ($0.makeDefault, $0.provenance) = (asDefault, provenance.map { .init($0) })
            $0.lease = leased.map { .init($0) }
            $0.payload = .header(Self.header(manifest, json))
          })
        for (index, file) in manifest.files.enumerated() {
          try await Self.send(URL(filePath: "\(folder)/\(file.name)"), as: UInt32(index), to: writer)
        }
      }
      return (name, answer.created)
    } catch let error as RPCError { throw RecognitionError(error, from: "registry") }
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
      throw RecognitionError(
        .notFound, reason: "NO_BUNDLE",
        "there is no bundle of an epoch in \(folder): make one with `voiceprint import-model`")
    }
    return (try EpochManifest(json: data), String(decoding: data, as: UTF8.self))
  }

  private static func header(_ manifest: EpochManifest, _ json: String) -> RegistryV1.EpochHeader {
    .with {
      $0.manifestJson = json
      $0.files = manifest.files.map { file in
        .with { ($0.name, $0.sizeBytes, $0.sha256) = (file.name, UInt64(file.sizeBytes), file.sha256) }
      }
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
