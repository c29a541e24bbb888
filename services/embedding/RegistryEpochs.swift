internal import Foundation
internal import Logging
internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceModels
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// Fetches epochs from the registry into a cache folder, where each is kept whole or not at all.
struct RegistryEpochs: EpochSource {
  let upstream: Upstream
  let cache: URL
  let files: ComputePool
  let log: Logger

  func bundle(of epoch: EpochName) async throws -> EpochBundle {
    let folder = cache.appending(path: epoch.value, directoryHint: .isDirectory)
    if let bundle = try? await files.run({ _ in try EpochBundle.load(folder) }), bundle.manifest.name == epoch.value {
      return bundle
    }
    return try await fetch(epoch, into: folder)
  }

  private func fetch(_ epoch: EpochName, into folder: URL) async throws -> EpochBundle {
    let stream = try await upstream.call(
      RegistryV1.EpochService.fetchEpoch, .with { $0.epoch = epoch.value }, timeout: .seconds(300))
    var writer: BundleWriter?
    do {
      for try await message in stream {
        switch message.payload {
        case .header(let header) where writer == nil:
          let manifest = try EpochManifest(json: Array(header.manifestJson.utf8))
          guard manifest.name == epoch.value else { throw Self.damaged(epoch, "it is '\(manifest.name)'") }
          writer = try await files.run { _ in try BundleWriter(manifest: manifest, folder: folder) }
        case .chunk(let chunk):
          guard let writer else { throw Self.damaged(epoch, "it begins without a header") }
          try await files.run { _ in
            try chunk.data.withUnsafeBytes { try writer.append($0, toFile: Int(chunk.file)) }
          }
        default: throw Self.damaged(epoch, "it holds an unexpected message")
        }
      }
      guard let writer else { throw Self.damaged(epoch, "it is empty") }
      return try await files.run { _ in try writer.finish() }
    } catch {
      if let writer { await abandon(writer) }
      throw error
    }
  }

  /// In a task of its own: this one may have been cancelled, which is why the bundle is unfinished.
  private func abandon(_ writer: BundleWriter) async {
    await Task {
      do { try await files.run { _ in try writer.abandon() } } catch {
        log.warning(
          "an unfinished bundle is left in the cache", metadata: ["cache": "\(cache.path)", "error": "\(error)"])
      }
    }.value
  }

  private static func damaged(_ epoch: EpochName, _ what: String) -> RecognitionError {
    RecognitionError(
      .dataLoss, reason: "EPOCH_DAMAGED", "what the registry sent for epoch '\(epoch)' is damaged: \(what)",
      metadata: ["epoch": epoch.value])
  }
}

/// Follows the registry's epochs and loads those in use before anybody asks for them.
struct EpochFollower: Sendable {
  let upstream: Upstream
  let store: EpochStore
  let log: Logger

  /// Follows until the task is cancelled; `ready` is called once the epochs of the first answer were tried.
  func run(ready: @Sendable () async -> Void) async {
    var delay = Duration.milliseconds(100)
    while !Task.isCancelled {
      do {
        let stream = try await upstream.call(
          RegistryV1.EpochService.watchEpochs, .init(), timeout: nil)
        for try await message in stream {
          delay = .milliseconds(100)
          await load(message.epochs)
          await ready()
        }
      } catch is CancellationError {
        return
      } catch {
        log.warning("the registry's epochs cannot be followed now", metadata: ["error": "\(error)"])
      }
      // Backing off, not waiting for an event: nothing here can tell when the registry is back.
      try? await Task.sleep(for: delay)
      delay = min(delay * 2, .seconds(5))
    }
  }

  private func load(_ epochs: [RegistryV1.Epoch]) async {
    await withTaskGroup(of: Void.self) { group in
      for epoch in epochs where epoch.inUse || epoch.isDefault {
        guard let name = try? EpochName(epoch.epoch) else { continue }
        // The store logs why an epoch is not loaded, and tells whoever asks for it.
        group.addTask { _ = try? await store.runtime(for: name) }
      }
    }
  }
}
