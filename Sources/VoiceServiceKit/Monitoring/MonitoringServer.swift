internal import Glibc
internal import Synchronization
internal import VoiceConcurrency

/// Answers `GET /metrics` and `GET /healthz` over HTTP/1.1, for Prometheus and for nobody else.
///
/// One thread serves all connections. It is bounded in every way that a stranger could use: so many connections at once
/// (those beyond wait in the kernel), so many bytes of a request, and so much time from a connection's first byte to
/// its last, however slowly it drips.
final class MonitoringServer: Sendable {
  /// What may be taken.
  struct Limits: Sendable {
    var connections = 16
    /// From the beginning of a connection to its end.
    var time: Duration = .seconds(10)
  }

  /// The port that it listens on.
  let port: Int
  private let registry: MetricsRegistry
  private let limits: Limits
  private let listener: Int32
  private let wake: WakePipe
  private let thread = Mutex<WorkerThread?>(nil)
  private let stopping = Atomic<Bool>(false)
  /// Answers that were made on other threads, by connection.
  private let made = Mutex<[UInt64: MonitoringAnswer]>([:])

  /// Listens from now on; `start` answers. Throws `SystemError` when the address is not to be had.
  init(address: String, port: Int, registry: MetricsRegistry, limits: Limits = Limits()) throws(SystemError) {
    wake = try WakePipe()
    listener = try Self.listen(address, port)
    self.port = SocketAddress.port(of: listener)
    (self.registry, self.limits) = (registry, limits)
  }

  deinit { close(listener) }

  /// Begins to answer.
  func start() {
    let worker = WorkerThread(name: "metrics", stackBytes: 1 << 19) { [self] in serve() }
    thread.withLock { $0 = worker }
  }

  /// Closes all connections and returns when none is left.
  func stop() async {
    stopping.store(true, ordering: .releasing)
    wake.signal()
    await thread.withLock { $0 }?.ended()
  }

  private static func listen(_ address: String, _ port: Int) throws(SystemError) -> Int32 {
    guard let place = SocketAddress(address, port: port) else { throw SystemError("the address \(address)", EINVAL) }
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let listener = socket(place.family, type, 0)
    guard listener >= 0 else { throw SystemError("socket", errno) }
    var reuse: Int32 = 1
    // What waits for stragglers of an old connection is in nobody's way.
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    guard place.withPointer({ bind(listener, $0, $1) }) == 0, Glibc.listen(listener, 64) == 0 else {
      let reason = errno
      close(listener)
      throw SystemError("listening on \(address) port \(port)", reason)
    }
    return listener
  }

  private func serve() {
    var connections: [UInt64: MonitoringConnection] = [:]
    var count: UInt64 = 0
    while !stopping.load(ordering: .acquiring) {
      let watched = Array(connections.values)
      let events = awaitEvents(watched, accepting: watched.count < limits.connections)
      for (id, answer) in takeMade() { connections[id]?.answer(answer) }
      for (connection, event) in zip(watched, events.dropFirst(2)) where event != 0 {
        if let request = connection.advance(event) { handle(request, of: connection) }
      }
      if events[1] != 0 {
        while connections.count < limits.connections, let socket = accept() {
          count += 1
          connections[count] = MonitoringConnection(id: count, socket: socket, deadline: .now + limits.time)
        }
      }
      connections = connections.filter { !$0.value.isOver(at: .now) }
    }
  }

  /// What the system says of the pipe, the listener and the connections, in this order, once it says something or a
  /// connection's time is over.
  private func awaitEvents(_ connections: [MonitoringConnection], accepting: Bool) -> [Int16] {
    var watched = [pollfd(fd: wake.reader, events: Int16(POLLIN), revents: 0)]
    watched.append(pollfd(fd: accepting ? listener : -1, events: Int16(POLLIN), revents: 0))
    watched += connections.map(\.interest)
    // Rounded up, so as not to turn in circles within the last millisecond.
    let wait = connections.map(\.deadline).min().map { deadline in
      Int32(clamping: Int(max(.zero, deadline - .now) / .milliseconds(1)) + 1)
    }
    guard poll(&watched, nfds_t(watched.count), wait ?? -1) > 0 else { return watched.map { _ in 0 } }
    if watched[0].revents != 0 { wake.drain() }
    return watched.map(\.revents)
  }

  private func accept() -> Int32? {
    let socket = Glibc.accept(listener, nil, nil)
    guard socket >= 0 else { return nil }
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    _ = fcntl(socket, F_SETFL, O_NONBLOCK)
    return socket
  }

  private func handle(_ request: MonitoringRequest, of connection: MonitoringConnection) {
    switch request {
    case .refused(let answer): connection.answer(answer)
    case .health: connection.answer(.healthy)
    case .metrics:
      // Some values are asked for elsewhere, which takes a while: the others are served meanwhile.
      Task { [self, id = connection.id] in
        let answer = MonitoringAnswer.metrics(await registry.text())
        made.withLock { $0[id] = answer }
        wake.signal()
      }
    }
  }

  private func takeMade() -> [UInt64: MonitoringAnswer] {
    made.withLock { made in
      defer { made = [:] }
      return made
    }
  }
}
