internal import Glibc

/// A POSIX semaphore: a thread may sleep on it, and it counts what was posted before.
package final class Semaphore: @unchecked Sendable {  // the semaphore is made for use from several threads
  private let raw: UnsafeMutablePointer<sem_t>

  /// A semaphore that counts 0.
  package init() {
    raw = .allocate(capacity: 1)
    let status = sem_init(raw, 0, 0)
    precondition(status == 0, "sem_init failed: errno \(errno)")
  }
  deinit {
    sem_destroy(raw)
    raw.deallocate()
  }

  /// Counts one more, and wakes a thread that waits.
  package func post() { sem_post(raw) }
  /// Counts one less, asleep until there is one: not for a thread of the cooperative pool.
  package func wait() { while sem_wait(raw) != 0 && errno == EINTR {} }
}
