internal import Synchronization
internal import VoiceConcurrency

/// What one thread will give another, once.
package final class Pending<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, TrainingError>?>(nil)
  private let isThere = Semaphore()

  /// Nothing is there yet.
  package init() {}

  /// Gives the result.
  package func fulfil(_ result: Result<Value, TrainingError>) {
    self.result.withLock { $0 = result }
    isThere.post()
  }

  /// The result, awaited on a thread that may block, by one caller. Throws what was given in its place, `lostRank`.
  package func wait() throws(TrainingError) -> Value {
    isThere.wait()
    guard let result = result.withLock({ $0 }) else { preconditionFailure("fulfil gives a result before it wakes") }
    return try result.get()
  }
}
