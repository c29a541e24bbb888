internal import Foundation
internal import VoiceConcurrency
internal import VoiceRecognition
internal import VoiceStorage

/// Data sets as folders on this host, each whole or not at all.
actor DatasetCache {
  private let storage: TrainerStorage
  private let files: ComputePool
  private let folder: String
  /// Those that are being fetched, so that two jobs fetch one once.
  private var fetches: [ContentHash: Task<String, any Error>] = [:]
  /// How many jobs use one.
  private var users: [ContentHash: Int] = [:]

  init(folder: String, storage: TrainerStorage, files: ComputePool) {
    (self.folder, self.storage, self.files) = (folder, storage, files)
  }

  /// Gives the folder of a data set to `body`; it stays for so long.
  func with<Result: Sendable>(
    _ name: DatasetName, _ body: @Sendable (String) async throws -> Result
  ) async throws -> Result {
    let record = try await storage.datasets.dataset(name)
    users[record.digest, default: 0] += 1
    defer { users[record.digest, default: 1] -= 1 }
    try await sweep()
    return try await body(try await place(of: record))
  }

  private func place(of record: DatasetRecord) async throws -> String {
    let place = "\(folder)/\(record.digest)"
    if FileManager.default.fileExists(atPath: place) { return place }
    if let fetch = fetches[record.digest] { return try await fetch.value }
    let fetch = Task { try await write(record, to: place) }
    fetches[record.digest] = fetch
    defer { fetches[record.digest] = nil }
    return try await fetch.value
  }

  private func write(_ record: DatasetRecord, to place: String) async throws -> String {
    let partial = "\(folder)/.partial-\(UUID().uuidString)"
    do {
      for file in try await storage.datasets.files(of: record.name) {
        let target = try await WorkFile("\(partial)/\(file.path)", files: files)
        try await storage.contents.read(file.hash) { try await target.append($0) }
        try await target.close()
      }
      try await files.run { _ in
        // Another trainer of this host may have been faster.
        do { try FileManager.default.moveItem(atPath: partial, toPath: place) } catch {
          guard FileManager.default.fileExists(atPath: place) else { throw error }
          try FileManager.default.removeItem(atPath: partial)
        }
      }
      return place
    } catch {
      // What failed is told; the rest of it would only take room.
      _ = try? await files.run { _ in try FileManager.default.removeItem(atPath: partial) }
      throw error
    }
  }

  /// Removes data sets that were deleted and that nothing here uses.
  private func sweep() async throws {
    let known = Set(try await storage.datasets.digests().map(\.value))
    let used = Set(users.filter { $0.value > 0 }.keys.map(\.value))
    try await files.run { [folder] _ in
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder)
      where !name.hasPrefix(".") && !known.contains(name) && !used.contains(name) {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      }
    }
  }
}
