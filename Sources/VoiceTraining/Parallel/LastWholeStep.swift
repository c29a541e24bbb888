internal import Synchronization

/// A training's state after its last whole step, which another thread can save while the trainer waits for a rank that
/// is gone, or computes a step that nobody will finish.
package final class LastWholeStep: Sendable {
  private enum State {
    /// No step was done since the training began or went on.
    case nothing
    case unsaved(CheckpointFolder, CheckpointFolder.Content)
    case saved(path: String)
  }
  private let state = Mutex(State.nothing)

  /// Nothing has been done yet.
  package init() {}

  /// Saves what is not saved yet, and gives the path of the checkpoint, nil when there was no step since the beginning.
  /// Waits for a step that is being taken or a checkpoint that is being written. Throws `unwritable`.
  @discardableResult
  package func save() throws -> String? {
    try state.withLock { state in
      switch state {
      case .nothing: return nil
      case .saved(let path): return path
      case .unsaved(let folder, let content):
        let path = try folder.write(content, isBest: false)
        state = .saved(path: path)
        return path
      }
    }
  }

  /// Changes the state by `step`, which computes and does not wait; what was kept is let go before, so that its memory
  /// is changed in place.
  func take(_ folder: CheckpointFolder, _ step: () -> CheckpointFolder.Content) {
    state.withLock { state in
      state = .nothing
      state = .unsaved(folder, step())
    }
  }

  /// Writes a checkpoint, which nothing else writes meanwhile, and gives its path.
  func write(_ write: () throws -> String) throws -> String {
    try state.withLock { state in
      let path = try write()
      state = .saved(path: path)
      return path
    }
  }
}
