internal import Glibc
internal import Synchronization

/// A bar on the terminal that grows with the work; nothing at all when standard error is no terminal.
final class ProgressBar: Sendable {
  private struct State {
    var done = 0
    var shown = -1
  }
  private static let width = 40
  private let title: String
  private let total: Int
  private let begin = ContinuousClock.now
  private let state = Mutex(State())
  private let isShown = isatty(STDERR_FILENO) == 1

  init(_ title: String, total: Int) {
    self.title = title
    self.total = total
  }

  /// One piece of the work is done, or so many are.
  func advance(to done: Int? = nil) {
    guard isShown else { return }
    state.withLock { state in
      state.done = done ?? state.done + 1
      let permille = state.done * 1000 / max(1, total)
      guard permille != state.shown else { return }
      state.shown = permille
      draw(state.done)
    }
  }

  /// Leaves the line to what comes next.
  func finish() { if isShown { write("\n") } }

  private func draw(_ done: Int) {
    let filled = done * Self.width / max(1, total)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
    let seconds = Int((ContinuousClock.now - begin) / .seconds(1))
    write("\r\(title) [\(bar)] \(done)/\(total) \(seconds) s")
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)  // a bar that cannot be drawn changes nothing
  }
}
