internal import CPostgres
internal import Glibc
internal import Logging

/// Owns one `PGconn` and waits for it with `poll`, so that a deadline or a cancelled task ends every wait.
///
/// It belongs to one thread: the executor's of a `PostgresConnection`, or a listener's.
final class Link {
  /// The event to wait for when something is to be read.
  static let readable = Int32(POLLIN)

  let handle: OpaquePointer
  private let wake: Wake
  private let notices: NoticeLog

  /// Connects. Throws `PostgresError` (`badURL`, `unavailable`, `deadlineExceeded`) or `CancellationError`.
  init(_ options: PostgresOptions, wake: Wake, logger: Logger, patience: Patience) throws {
    self.wake = wake
    notices = NoticeLog(logger: logger)
    try Self.check(options.url)
    guard let handle = Self.start(options) else { throw PostgresError(.unavailable, "out of memory") }
    self.handle = handle
    PQsetNoticeProcessor(handle, logNotice, Unmanaged.passUnretained(notices).toOpaque())
    try connect(patience)
    PQsetnonblocking(handle, 1)
  }
  deinit { PQfinish(handle) }

  /// Whether the connection can be used for the next statement.
  ///
  /// Between statements a server only speaks up to say that it goes away (or that its settings changed, which is rare):
  /// a connection with something to read is not trusted any more.
  var isAlive: Bool {
    guard PQstatus(handle) == CONNECTION_OK else { return false }
    var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
    return poll(&socket, 1, 0) == 0
  }

  /// What the server reports of itself, with its own words of why.
  func lost() -> PostgresError {
    let text = String(cString: PQerrorMessage(handle))
    let line = text.split(separator: "\n").first.map(String.init) ?? "the connection is lost"
    return PostgresError(.unavailable, line, sqlState: "08006")
  }

  /// Sleeps until the socket is ready for `events`.
  func wait(for events: Int32, _ patience: Patience) throws {
    while true {
      let timeout = try patience.remainingMilliseconds()
      var descriptors = [
        pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0),
        pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&descriptors, 2, timeout) >= 0 || errno == EINTR else { throw lost() }
      if descriptors[1].revents != 0 { wake.drain() }
      if descriptors[0].revents != 0 { return }
    }
  }
}

// ---- Connecting -----------------------------------------------------------------------------------------------------

extension Link {
  /// libpq's own words would repeat the URL, which may hold a password.
  private static func check(_ url: String) throws(PostgresError) {
    guard let parsed = PQconninfoParse(url, nil) else {
      throw PostgresError(
        .badURL, "the database's URL is malformed: write postgresql://user@host:port/name or libpq's key=value pairs")
    }
    PQconninfoFree(parsed)
  }

  private static func start(_ options: PostgresOptions) -> OpaquePointer? {
    // Later entries win, and those of the URL over the ones before it.
    let parameters = [
      ("tcp_user_timeout", "10000"), ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
      ("dbname", options.url), ("fallback_application_name", options.applicationName), ("client_encoding", "UTF8"),
    ]
    let keywords = parameters.map { strdup($0.0) } + [nil]
    let values = parameters.map { strdup($0.1) } + [nil]
    defer { for text in keywords + values { free(text) } }
    return PQconnectStartParams(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
  }

  private func connect(_ patience: Patience) throws {
    guard PQstatus(handle) != CONNECTION_BAD else { throw lost() }
    var events = POLLOUT
    while true {
      try wait(for: Int32(events), patience)
      switch PQconnectPoll(handle) {
      case PGRES_POLLING_READING: events = POLLIN
      case PGRES_POLLING_WRITING: events = POLLOUT
      case PGRES_POLLING_OK: return
      default: throw lost()
      }
    }
  }
}

/// Passes the server's notices to the log.
private final class NoticeLog {
  let logger: Logger
  init(logger: Logger) { self.logger = logger }
}

private func logNotice(_ context: UnsafeMutableRawPointer?, _ message: UnsafePointer<CChar>?) {
  guard let context, let message else { return }
  let log = Unmanaged<NoticeLog>.fromOpaque(context).takeUnretainedValue()
  let text = String(cString: message).split(separator: "\n").joined(separator: " ")
  log.logger.debug("PostgreSQL says: \(text)")
}
