internal import Synchronization

/// A progress bar of work whose size is known from its first step on.
final class StepBar: Sendable {
  private let title: String
  private let bar = Mutex<ProgressBar?>(nil)

  init(_ title: String) { self.title = title }

  /// So much of so much is done.
  func show(_ done: Int, of total: Int) {
    let bar = bar.withLock { bar in
      let shown = bar ?? ProgressBar(title, total: total)
      bar = shown
      return shown
    }
    bar.advance(to: done)
  }

  /// Leaves the line to what comes next.
  func finish() { bar.withLock { $0 }?.finish() }
}
