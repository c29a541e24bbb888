internal import Synchronization
internal import VoiceNN

/// As many workspaces as threads ran at once.
final class WorkspacePool: Sendable {
  /// What one very long utterance took is not kept: 64 MB hold a minute and a half of CAM++.
  private static let bytesKept = 64 << 20

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
