internal import Glibc
internal import Synchronization

/// A thread whose end can be awaited.
package final class WorkerThread: Sendable {
  private enum State {
    case running([CheckedContinuation<Void, Never>])
    case ended
  }
  private let state = Mutex<State>(.running([]))

  /// Starts a thread of that name (the first 15 bytes show in tools) that runs `body` once.
  ///
  /// With a `niceness` above 0 (at most 19) others come first where cores are few.
  package init(
    name: String, stackBytes: Int = 8 << 20, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void
  ) {
    let start = Unmanaged.passRetained(
      Start(name: name) { [self] in
        // On Linux this is the calling thread's alone; giving way needs no permission.
        if niceness > 0 { _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, niceness) }
        body()
        finish()
      })
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackBytes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let status = pthread_create(&thread, &attributes, runStart, start.toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(status == 0, "pthread_create failed: errno \(status)")
  }

  /// Returns when the thread's body has returned.
  package func ended() async {
    await withCheckedContinuation { continuation in
      let over = state.withLock { state -> Bool in
        guard case .running(let waiting) = state else { return true }
        state = .running(waiting + [continuation])
        return false
      }
      if over { continuation.resume() }
    }
  }

  private func finish() {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard case .running(let waiting) = state else { return [] }
      state = .ended
      return waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

/// What a new thread takes with it through C's pointer.
private final class Start: Sendable {
  let name: String
  let body: @Sendable () -> Void
  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

private func runStart(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let pointer else { return nil }
  let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
  nameThisThread(start.name)
  start.body()
  return nil
}

/// Gives the calling thread its name through /proc: Swift's Glibc lacks `pthread_setname_np`. A name is a convenience
/// for people with a debugger, so a failure changes nothing.
private func nameThisThread(_ name: String) {
  let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  let bytes = Array(name.utf8.prefix(15))
  _ = write(file, bytes, bytes.count)
  close(file)
}
