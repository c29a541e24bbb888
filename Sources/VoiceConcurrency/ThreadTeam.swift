internal import Synchronization

/// Threads that share the iterations of one loop after another with the thread that asks (fork and join).
///
/// For a thread of one's own, e.g. a trainer's: `forEach` blocks, so it is never called from the cooperative pool. One
/// thread at a time may ask.
package final class ThreadTeam: Sendable {
  /// Threads that compute, the asking one included.
  package let threads: Int
  private let loop: SharedLoop

  /// A team of `threads` (at least 1): it starts one thread less, which end when the team is gone.
  package init(name: String, threads: Int) {
    precondition(threads > 0, "ThreadTeam: \(threads) threads")
    self.threads = threads
    let loop = SharedLoop(helpers: threads - 1)
    self.loop = loop
    for helper in 1..<max(threads, 1) {
      _ = WorkerThread(name: "\(name)-\(helper)") { loop.help(helper) }
    }
  }

  deinit { loop.end() }

  /// Calls `body(index, thread)` once for each index of 0..<`count`, on any of the threads 0..<`threads`, and returns
  /// when all calls have. Calls for different indices may run at once, so they must not write to the same memory.
  package func forEach(_ count: Int, _ body: (_ index: Int, _ thread: Int) -> Void) {
    guard threads > 1, count > 1 else {
      for index in 0..<count { body(index, 0) }
      return
    }
    withoutActuallyEscaping(body) { loop.run(count, $0) }
  }
}

/// The loop that a team works at.
private final class SharedLoop: Sendable {
  /// Unchecked: the body is called by several threads, which `forEach` tells its callers of.
  private struct Work: @unchecked Sendable {
    let count: Int
    let body: (Int, Int) -> Void
  }

  private let helpers: Int
  /// nil when the team is gone.
  private let work = Mutex<Work?>(nil)
  private let next = Atomic<Int>(0)
  private let begin = Semaphore()
  private let done = Semaphore()

  init(helpers: Int) { self.helpers = helpers }

  func run(_ count: Int, _ body: @escaping (Int, Int) -> Void) {
    let new = Work(count: count, body: body)
    next.store(0, ordering: .relaxed)
    work.withLock { $0 = new }
    for _ in 0..<helpers { begin.post() }
    perform(new, thread: 0)
    for _ in 0..<helpers { done.wait() }
    work.withLock { $0 = nil }
  }

  /// What a helping thread does all its life.
  func help(_ thread: Int) {
    begin.wait()
    while performShare(thread: thread) {
      done.post()
      begin.wait()
    }
  }

  func end() { for _ in 0..<helpers { begin.post() } }

  /// False when there is no loop any more. A function of its own, so that nothing holds the body when it returns: the
  /// asking thread may then go on.
  @inline(never)
  private func performShare(thread: Int) -> Bool {
    guard let work = work.withLock({ $0 }) else { return false }
    perform(work, thread: thread)
    return true
  }

  private func perform(_ work: Work, thread: Int) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < work.count else { return }
      work.body(index, thread)
    }
  }
}
