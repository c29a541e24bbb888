internal import Foundation
internal import VoiceConcurrency
internal import VoiceRecognition
internal import VoiceStorage
internal import VoiceTraining

/// Checkpoints between a folder here and the storage, where every trainer finds them.
struct CheckpointTransfer: Sendable {
  let storage: TrainerStorage
  let files: ComputePool

  /// Stores the checkpoint in a folder and makes it the job's last one. A folder that is gone already, or is just being
  /// removed, as the training has saved others since, is passed over: their reports follow. False for such a one.
  func store(_ saved: TrainingReport.Saved, of lease: JobLease) async throws -> Bool {
    let contents: [(name: String, bytes: [UInt8])]
    do { contents = try await read(saved.path) } catch is CocoaError { return false }
    var stored: [JobCheckpoint.File] = []
    for (name, bytes) in contents {
      var digest = ContentDigest()
      digest.update(bytes)
      let file = JobCheckpoint.File(name: name, sizeBytes: bytes.count, hash: digest.value)
      if try await !storage.contents.missing([file.hash]).isEmpty { try await upload(bytes, as: file.hash) }
      stored.append(file)
    }
    let name = saved.path.split(separator: "/").last.map(String.init) ?? saved.path
    try await lease.save(JobCheckpoint(name: name, files: stored, isLast: true, isBest: saved.isBest))
    return true
  }

  /// The last checkpoint that a training has written below a folder; nil when there is none.
  func last(in models: String) async throws -> TrainingReport.Saved? {
    try await files.run { _ in
      let manager = FileManager.default
      guard let folder = manager.subpaths(atPath: models)?.first(where: { $0.hasSuffix("/last_model") }) else {
        return nil
      }
      let place = "\(models)/\(folder.dropLast("/last_model".count))"
      let last = try manager.destinationOfSymbolicLink(atPath: "\(place)/last_model")
      let best = try? manager.destinationOfSymbolicLink(atPath: "\(place)/best_model")  // there need not be one
      return TrainingReport.Saved(path: "\(place)/\(last)", isBest: last == best)
    }
  }

  /// Writes a stored checkpoint to a folder.
  func fetch(_ checkpoint: JobCheckpoint, to folder: String) async throws {
    for file in checkpoint.files {
      let target = try await WorkFile("\(folder)/\(file.name)", files: files)
      try await storage.contents.read(file.hash) { try await target.append($0) }
      try await target.close()
    }
  }

  private func upload(_ bytes: [UInt8], as hash: ContentHash) async throws {
    let upload = storage.contents.upload(hash, sizeBytes: bytes.count)
    do {
      for begin in stride(from: 0, to: bytes.count, by: ContentStore.maximumPiece) {
        try await upload.append(Array(bytes[begin..<min(begin + ContentStore.maximumPiece, bytes.count)]))
      }
      try await upload.finish()
    } catch {
      _ = await Task { try await upload.abandon() }.result  // what failed is told; the rest is swept later
      throw error
    }
  }

  /// All files of a checkpoint, or none: of some alone no training goes on.
  private func read(_ folder: String) async throws -> [(name: String, bytes: [UInt8])] {
    try await files.run { _ in
      try CheckpointFolder.Content.fileNames.map { name in
        (name, Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))))
      }
    }
  }
}
