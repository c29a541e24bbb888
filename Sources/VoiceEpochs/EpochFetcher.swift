package import Foundation
package import Logging
package import VoiceConcurrency
internal import VoiceMessages
package import VoiceModels
internal import VoiceRPC
package import VoiceRecognition
package import VoiceServiceKit

/// Fetches epochs from the registry into a cache folder, where each is kept whole or not at all.
package struct EpochFetcher: Sendable {
  private let upstream: Upstream
  private let cache: URL
  private let files: ComputePool
  private let log: Logger

  /// Of the registry behind `upstream`, into a folder that is written on the threads of `files`.
  package init(upstream: Upstream, cache: URL, files: ComputePool, log: Logger) {
    (self.upstream, self.cache, self.files, self.log) = (upstream, cache, files, log)
  }

  /// An epoch's bundle, fetched unless it is there already. Throws `RecognitionError`, among them `dataLoss` for one
  /// that does not come as its manifest says, and what the file system says.
  package func bundle(of epoch: EpochName) async throws -> EpochBundle {
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
