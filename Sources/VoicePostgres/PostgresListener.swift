internal import CPostgres
package import Logging
internal import Synchronization
internal import VoiceConcurrency

/// Hears what is said by `NOTIFY`, on a connection and a thread of its own that sleeps until something comes.
package final class PostgresListener: Sendable {
  /// What the listener tells.
  package enum Event: Sendable, Hashable {
    /// It listens. What was said before now may have been missed: read the state itself.
    case connected
    /// A notification.
    case notified(channel: String, payload: String)
    /// The server went away or cannot be reached; the listener goes on trying.
    case lost(PostgresError)
  }

  /// What happens, in order. If the reader falls far behind, old events are dropped and the newest kept: an event means
  /// "look again", so none that counts is ever lost.
  package let events: AsyncStream<Event>
  private let stopping: CancellationFlag
  private let wake: Wake
  private let thread: WorkerThread

  /// Starts listening on `channels`, whose names are plain identifiers.
  package init(_ options: PostgresOptions, channels: [String], logger: Logger) {
    let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(64))
    self.events = events
    let (stopping, wake) = (CancellationFlag(), Wake())
    (self.stopping, self.wake) = (stopping, wake)
    thread = WorkerThread(name: "postgres-listen") {
      let loop = ListeningLoop(
        options: options, channels: channels, logger: logger, stopping: stopping, wake: wake,
        continuation: continuation)
      loop.run()
      continuation.finish()
    }
  }

  /// Stops listening and returns when the thread has ended; the stream of events ends too.
  package func stop() async {
    stopping.cancel()
    wake.signal()
    await thread.ended()
  }
}

/// The listener's life on its thread.
private struct ListeningLoop {
  let options: PostgresOptions
  let channels: [String]
  let logger: Logger
  let stopping: CancellationFlag
  let wake: Wake
  let continuation: AsyncStream<PostgresListener.Event>.Continuation

  func run() {
    var pause = Duration.milliseconds(50)
    var isLost = false
    while !stopping.isCancelled {
      do {
        let link = try Link(options, wake: wake, logger: logger, patience: patience(options.connectTimeout))
        for channel in channels { try link.run("LISTEN \"\(channel)\"", patience(options.queryTimeout)) }
        (pause, isLost) = (.milliseconds(50), false)
        continuation.yield(.connected)
        while true {
          try awaitNews(on: link)
          for event in try link.notifications() { continuation.yield(event) }
        }
      } catch let error as PostgresError {
        if !isLost { continuation.yield(.lost(error)) }
        isLost = true
      } catch {
        return  // cancelled: the listener stops
      }
      // Between two tries the thread sleeps, unless the listener stops.
      wake.wait(atMost: pause)
      pause = min(pause * 2, .seconds(2))
    }
  }

  /// Sleeps until something came. A server that says nothing for long is asked whether it is still there: one that
  /// hangs keeps its connections.
  private func awaitNews(on link: Link) throws {
    while true {
      do { return try link.wait(for: Link.readable, patience(.seconds(10))) } catch let error as PostgresError
      where error.code == .deadlineExceeded { try link.run("SELECT 1", patience(options.connectTimeout)) }
    }
  }

  private func patience(_ limit: Duration?) -> Patience {
    Patience(deadline: limit.map { .now + $0 }) { [stopping] in stopping.isCancelled }
  }
}

extension Link {
  /// What came in since the last call.
  fileprivate func notifications() throws -> [PostgresListener.Event] {
    guard PQconsumeInput(handle) == 1 else { throw lost() }
    var events: [PostgresListener.Event] = []
    while let notification = PQnotifies(handle) {
      let value = notification.pointee
      events.append(.notified(channel: String(cString: value.relname), payload: String(cString: value.extra)))
      PQfreemem(notification)
    }
    return events
  }
}
