internal import Synchronization
internal import VoiceNN

/// As many workspaces as threads ran at once.
final class WorkspacePool: Sendable {
  /// What a very long utterance took is given back: CAM++ needs 27 KB a frame, so this keeps what 45 s need.
  private static let bytesKept = 128 << 20

  private let idle = Mutex<[Workspace]>([])

  /// Runs `body` with a workspace of its own.
  func withWorkspace<Result>(_ body: (Workspace) -> Result) -> Result {
    let workspace = idle.withLock { $0.popLast() } ?? Workspace()
    defer {
      if workspace.memoryBytes <= Self.bytesKept { idle.withLock { $0.append(workspace) } }
    }
    return body(workspace)
  }
}
