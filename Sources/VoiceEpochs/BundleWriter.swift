internal import Foundation
internal import Synchronization
internal import VoiceModels
internal import VoiceRecognition

/// Writes a bundle that arrives in pieces beside its place, and moves it there when its sums are right.
final class BundleWriter: Sendable {
  private struct State {
    var file = 0
    var written = 0
    var handle: FileHandle?
  }
  private let manifest: EpochManifest
  private let folder: URL
  private let partial: URL
  private let state = Mutex(State())

  /// Begins a bundle that will lie in `folder`.
  init(manifest: EpochManifest, folder: URL) throws {
    self.manifest = manifest
    self.folder = folder
    partial = folder.deletingLastPathComponent().appending(
      path: ".partial-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: true)
    try manifest.json().write(to: partial.appending(path: EpochBundle.manifestName))
  }

  /// Adds bytes to the file of that index; files come one after the other.
  func append(_ bytes: UnsafeRawBufferPointer, toFile index: Int) throws {
    try state.withLock { state in
      guard manifest.files.indices.contains(index), index == state.file || index == state.file + 1 else {
        throw damaged("a piece belongs to no file")
      }
      if index != state.file || state.handle == nil {
        try state.handle?.close()
        let url = partial.appending(path: manifest.files[index].name)
        guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
          throw damaged("\(url.path) cannot be written")
        }
        (state.handle, state.file, state.written) = (try FileHandle(forWritingTo: url), index, 0)
      }
      state.written += bytes.count
      guard state.written <= manifest.files[index].sizeBytes else { throw damaged("a file is longer than announced") }
      try state.handle?.write(contentsOf: Data(bytes))
    }
  }

  /// Checks the sums and moves the bundle to its place. Throws when something is missing or wrong.
  ///
  /// Replicas may share the cache: when another one was faster its bundle is taken, and what is damaged there is moved
  /// out of the way and never half removed.
  func finish() throws -> EpochBundle {
    try state.withLock { try $0.handle?.close() }
    guard try EpochBundle.load(partial).manifest == manifest else { throw damaged("it is not what was announced") }
    let files = FileManager.default
    if files.fileExists(atPath: folder.path) {
      if let there = try? EpochBundle.load(folder), there.manifest == manifest {
        try files.removeItem(at: partial)
        return there
      }
      let damaged = partial.appendingPathExtension("damaged")
      try files.moveItem(at: folder, to: damaged)
      try files.removeItem(at: damaged)
    }
    do {
      try files.moveItem(at: partial, to: folder)
    } catch CocoaError.fileWriteFileExists {
      try files.removeItem(at: partial)
    }
    return try EpochBundle.load(folder)
  }

  /// Removes what was written. Throws what the file system says.
  func abandon() throws {
    guard FileManager.default.fileExists(atPath: partial.path) else { return }
    try FileManager.default.removeItem(at: partial)
  }

  private func damaged(_ what: String) -> RecognitionError {
    RecognitionError(.dataLoss, reason: "EPOCH_DAMAGED", "epoch '\(manifest.name)': \(what)")
  }
}
