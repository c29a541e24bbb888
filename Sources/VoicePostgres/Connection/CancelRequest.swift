internal import CPostgres
internal import VoiceConcurrency

/// Owns a `PGcancel`: asks the server, over a connection of its own, to give up the statement that runs on another.
///
/// It is used by the one thread that sends it; nobody else reads the pointer.
final class CancelRequest: @unchecked Sendable {
  private let handle: OpaquePointer
  private let sent = Wake()

  /// Nil when the connection is lost.
  init?(_ connection: OpaquePointer) {
    guard let handle = PQgetCancel(connection) else { return nil }
    self.handle = handle
  }
  deinit { PQfreeCancel(handle) }

  /// Sends it; false when the server has not taken it in in time. Then it may still arrive, so that the connection must
  /// not be used for another statement.
  ///
  /// libpq waits for the server without a limit, for ever if the server hangs. So a thread does, which is left behind.
  func send(within limit: Duration) -> Bool {
    _ = WorkerThread(name: "postgres-cancel") { [self] in
      var reason = [CChar](repeating: 0, count: 256)
      // When the request gets through nothing else is to be done; when not, the statement is awaited all the same.
      _ = PQcancel(handle, &reason, Int32(reason.count))
      sent.signal()
    }
    return sent.wait(atMost: limit)
  }
}
