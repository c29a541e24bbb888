internal import Synchronization

/// A serial executor on a thread of its own, for an actor that owns a blocking C handle.
package final class ThreadExecutor: SerialExecutor {
  private let mailbox = Mailbox()
  private let thread: WorkerThread

  /// Starts the thread; it ends with the executor.
  package init(name: String) {
    let mailbox = mailbox
    thread = WorkerThread(name: name) {
      while let next = mailbox.next() { next.job.runSynchronously(on: next.executor) }
    }
  }
  deinit { mailbox.close() }

  package func enqueue(_ job: consuming ExecutorJob) {
    mailbox.add(UnownedJob(job), on: asUnownedSerialExecutor())
  }
}

/// The jobs that wait for the thread, in order.
private final class Mailbox: Sendable {
  private let jobs = Mutex<[(job: UnownedJob, executor: UnownedSerialExecutor)]>([])
  private let signal = Semaphore()

  func add(_ job: UnownedJob, on executor: UnownedSerialExecutor) {
    jobs.withLock { $0.append((job, executor)) }
    signal.post()
  }

  func next() -> (job: UnownedJob, executor: UnownedSerialExecutor)? {
    signal.wait()
    return jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  /// Ends the thread once the jobs that came before are done: a post without a job means the end.
  func close() { signal.post() }
}
