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
    handle = try Self.connect(options, wake, patience)
    PQsetNoticeProcessor(handle, logNotice, Unmanaged.passUnretained(notices).toOpaque())
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
  func lost() -> PostgresError { Self.lost(handle) }

  private static func lost(_ handle: OpaquePointer) -> PostgresError {
    let text = String(cString: PQerrorMessage(handle))
    let line = text.split(separator: "\n").first.map(String.init) ?? "the connection is lost"
    return PostgresError(.unavailable, line, sqlState: "08006")
  }

  /// Sleeps until the socket is ready for `events`.
  func wait(for events: Int32, _ patience: Patience) throws {
    try Self.wait(for: events, on: handle, wake, patience)
  }

  private static func wait(
    for events: Int32, on handle: OpaquePointer, _ wake: Wake, _ patience: Patience
  ) throws {
    while true {
      let timeout = try patience.remainingMilliseconds()
      var descriptors = [
        pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0),
        pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&descriptors, 2, timeout) >= 0 || errno == EINTR else { throw lost(handle) }
      if descriptors[1].revents != 0 { wake.drain() }
      if descriptors[0].revents != 0 { return }
    }
  }
}

// ---- Connecting -----------------------------------------------------------------------------------------------------

extension Link {
  /// Connects to the first server of the URL that is what it asks for (`target_session_attrs`), in their order.
  ///
  /// Each server gets its share of the time that is left: by itself libpq goes on to the next one when a server
  /// refuses, and not when one says nothing.
  private static func connect(_ options: PostgresOptions, _ wake: Wake, _ patience: Patience) throws -> OpaquePointer {
    let servers = try servers(of: options.url)
    for (index, server) in servers.dropLast().enumerated() {
      let share = patience.share(of: servers.count - index)
      do { return try connect(options, to: server, wake, share) } catch is PostgresError {}
    }
    return try connect(options, to: servers[servers.count - 1], wake, patience)
  }

  private static func connect(
    _ options: PostgresOptions, to server: [(String, String)], _ wake: Wake, _ patience: Patience
  ) throws -> OpaquePointer {
    guard let handle = start(options, server) else { throw PostgresError(.unavailable, "out of memory") }
    do {
      guard PQstatus(handle) != CONNECTION_BAD else { throw lost(handle) }
      var events = POLLOUT
      while true {
        try wait(for: Int32(events), on: handle, wake, patience)
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: events = POLLIN
        case PGRES_POLLING_WRITING: events = POLLOUT
        case PGRES_POLLING_OK: return handle
        default: throw lost(handle)
        }
      }
    } catch {
      PQfinish(handle)
      throw error
    }
  }

  /// The servers that a URL names, each as libpq's parameters; one without parameters when it leaves that to libpq.
  private static func servers(of url: String) throws(PostgresError) -> [[(String, String)]] {
    // libpq's own words would repeat the URL, which may hold a password.
    guard let parsed = PQconninfoParse(url, nil) else {
      throw PostgresError(
        .badURL, "the database's URL is malformed: write postgresql://user@host:port/name or libpq's key=value pairs")
    }
    defer { PQconninfoFree(parsed) }
    var lists: [String: [String]] = [:]
    var option = parsed
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        lists[String(cString: keyword)] =
          String(cString: value).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      option += 1
    }
    let count = max(lists["host"]?.count ?? 0, lists["hostaddr"]?.count ?? 0)
    guard count > 1 else { return [[]] }
    return (0..<count).map { index in
      ["host", "hostaddr", "port"].compactMap { key in
        // One port may stand for all.
        lists[key].flatMap { list in index < list.count ? list[index] : list.first }.map { (key, $0) }
      }
    }
  }

  private static func start(_ options: PostgresOptions, _ server: [(String, String)]) -> OpaquePointer? {
    // Later entries win, and those of the URL over the ones before it.
    let parameters =
      [
        ("tcp_user_timeout", "10000"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
        ("keepalives_count", "3"), ("dbname", options.url), ("fallback_application_name", options.applicationName),
        ("client_encoding", "UTF8"),
      ] + server
    let keywords = parameters.map { strdup($0.0) } + [nil]
    let values = parameters.map { strdup($0.1) } + [nil]
    defer { for text in keywords + values { free(text) } }
    return PQconnectStartParams(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
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
