internal import Foundation
internal import Synchronization
internal import VoiceConcurrency

/// A file that is written piece by piece, on threads that may block.
final class WorkFile: Sendable {
  private let handle: FileHandle
  private let files: ComputePool

  /// Makes the file, and the folders above it. Throws what the file system says.
  init(_ path: String, files: ComputePool) async throws {
    self.files = files
    handle = try await files.run { _ in
      let url = URL(filePath: path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: url)
      return try FileHandle(forWritingTo: url)
    }
  }

  /// Adds bytes at the end.
  func append(_ bytes: [UInt8]) async throws {
    try await files.run { [handle] _ in try handle.write(contentsOf: Data(bytes)) }
  }

  /// Ends the file.
  func close() async throws { try await files.run { [handle] _ in try handle.close() } }
}
