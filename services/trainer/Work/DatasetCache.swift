internal import Foundation
internal import VoiceConcurrency
internal import VoiceRecognition
internal import VoiceStorage

/// Data sets as folders on this host, each whole or not at all.
actor DatasetCache {
  private let storage: TrainerStorage
  private let files: ComputePool
  private let place: WorkFolder
  /// Those that are being fetched, so that two jobs fetch one once.
  private var fetches: [ContentHash: Task<String, any Error>] = [:]
  /// How many jobs use one.
  private var users: [ContentHash: Int] = [:]

  init(place: WorkFolder, storage: TrainerStorage, files: ComputePool) {
    (self.place, self.storage, self.files) = (place, storage, files)
  }

  /// A data set's folder that is kept for somebody.
  struct Held: Sendable {
    let digest: ContentHash
    let folder: String
  }

  /// Gives the folder of a data set to `body`; it stays for so long. `trying` may fetch it more than once.
  func with<Result: Sendable>(
    _ name: DatasetName,
    trying: @Sendable (@escaping @Sendable () async throws -> Held) async throws -> Held = { try await $0() },
    _ body: @Sendable (String) async throws -> Result
  ) async throws -> Result {
    let held = try await trying { try await self.hold(name) }
    defer { letGo(of: held.digest) }
    return try await body(held.folder)
  }

  private func hold(_ name: DatasetName) async throws -> Held {
    let record = try await storage.datasets.dataset(name)
    users[record.digest, default: 0] += 1
    do {
      try await sweep()
      return Held(digest: record.digest, folder: try await folder(of: record))
    } catch {
      letGo(of: record.digest)
      throw error
    }
  }

  private func letGo(of digest: ContentHash) {
    users[digest, default: 1] -= 1
    if users[digest] == 0 { users[digest] = nil }
  }

  private func folder(of record: DatasetRecord) async throws -> String {
    let place = "\(self.place.datasets)/\(record.digest)"
    if FileManager.default.fileExists(atPath: place) { return place }
    if let fetch = fetches[record.digest] { return try await fetch.value }
    let fetch = Task { try await write(record, to: place) }
    fetches[record.digest] = fetch
    defer { fetches[record.digest] = nil }
    return try await fetch.value
  }

  private func write(_ record: DatasetRecord, to place: String) async throws -> String {
    let partial = "\(self.place.own)/partial-\(UUID().uuidString)"
    do {
      for file in try await storage.datasets.files(of: record.name) {
        let target = try await WorkFile("\(partial)/\(file.path)", files: files)
        try await storage.contents.read(file.hash) { try await target.append($0) }
        try await target.close()
      }
      try await files.run { _ in
        // Another trainer that has the same folder may have been faster.
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
    let used = Set(users.keys.map(\.value))
    try await files.run { [folder = place.datasets] _ in
      for name in try FileManager.default.contentsOfDirectory(atPath: folder)
      where !known.contains(name) && !used.contains(name) {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      }
    }
  }
}
