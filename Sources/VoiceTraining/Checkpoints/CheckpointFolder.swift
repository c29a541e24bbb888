internal import FoundationEssentials
internal import Glibc
internal import VoiceTensor

/// The checkpoints of a training: folders `epoch_N` (and `epoch_N_step_S` where it was interrupted) that never change
/// once they are there, and the links `last_model` and `best_model` to two of them.
///
/// A folder is written beside its place and renamed; a link is replaced by a rename. So a kill at any moment leaves
/// every checkpoint whole, and the links on one that is.
package struct CheckpointFolder: Sendable {
  private static let kept = 3
  /// Where they lie: `<save path>/<network>_<front-end>`.
  package let path: String

  /// The folder of a training.
  package init(savePath: String, network: String, featureMethod: String) {
    path = "\(savePath)/\(network)_\(featureMethod)"
  }

  /// The last checkpoint, nil when there is none.
  package var last: String? {
    let link = "\(path)/last_model"
    return FileManager.default.fileExists(atPath: "\(link)/model.state") ? link : nil
  }

  /// Writes a checkpoint and makes it the last one, and the best one if it is; removes those that are no longer kept.
  ///
  /// Throws `unwritable`.
  @discardableResult
  package func write(_ content: Content, isBest: Bool) throws -> String {
    let state = content.state
    let name =
      state.epochStep == 0 ? "epoch_\(state.lastEpoch)" : "epoch_\(state.lastEpoch + 1)_step_\(state.epochStep)"
    let partial = "\(path)/.partial-\(getpid())-\(UInt32.random(in: .min ... .max))"
    let files = FileManager.default
    do {
      for (name, bytes) in try content.files() { try AtomicFile.write(bytes, to: "\(partial)/\(name)") }
      let target = "\(path)/\(name)"
      // A run that was resumed before this place writes it again.
      if files.fileExists(atPath: target) { try files.moveItem(atPath: target, toPath: "\(partial)-old") }
      try files.moveItem(atPath: partial, toPath: target)
      try link("last_model", to: name)
      if isBest { try link("best_model", to: name) }
      try prune()
      return target
    } catch {
      try? files.removeItem(atPath: partial)  // what failed is told; the rest of it would only be in the way
      if let error = error as? TrainingError { throw error }
      throw TrainingError(.unwritable, "\(path)/\(name) cannot be written: \(error)")
    }
  }

  /// Reads a checkpoint folder. Throws `badCheckpoint` naming the file.
  package static func read(_ folder: String) throws(TrainingError) -> Content {
    var files: [String: [UInt8]] = [:]
    do {
      for name in Content.fileNames {
        files[name] = try FileBytes.read("\(folder)/\(name)", maximum: Safetensors.maximumBytes)
      }
    } catch {
      throw TrainingError(.badCheckpoint, "\(folder) is no checkpoint to go on from: \(error)")
    }
    return try Content(files: files, origin: folder)
  }

  private func link(_ name: String, to target: String) throws(TrainingError) {
    let partial = "\(path)/.link-\(getpid())-\(UInt32.random(in: .min ... .max))"
    guard symlink(target, partial) == 0, rename(partial, "\(path)/\(name)") == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(partial)
      throw TrainingError(.unwritable, "\(path)/\(name) cannot be linked to \(target): \(reason)")
    }
  }

  /// Keeps the last three epochs, and what the links show.
  private func prune() throws {
    let files = FileManager.default
    let names = try files.contentsOfDirectory(atPath: path)
    let linked = try ["last_model", "best_model"].filter(names.contains).map {
      try files.destinationOfSymbolicLink(atPath: "\(path)/\($0)")
    }
    let epochs = names.compactMap { name in name.hasPrefix("epoch_") ? Int(name.dropFirst(6)).map { (name, $0) } : nil }
    let last = epochs.sorted { $0.1 < $1.1 }.suffix(Self.kept).map(\.0)
    for name in names where !linked.contains(name) && !last.contains(name) {
      guard name.hasPrefix("epoch_") || name.hasSuffix("-old") else { continue }
      try files.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
