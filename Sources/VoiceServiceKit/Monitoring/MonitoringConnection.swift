internal import Glibc

/// One connection to the monitoring address: one request, one answer, then its end. For the server's thread alone.
final class MonitoringConnection {
  private enum State {
    case reading([UInt8])
    /// The answer is being made.
    case waiting
    case writing(ArraySlice<UInt8>)
    /// All is sent; what the other side still says is read and dropped, so that the answer reaches it.
    case lingering
    case over
  }

  /// Names it for as long as the server runs; a socket's number comes again.
  let id: UInt64
  /// When it ends, whatever it does.
  let deadline: ContinuousClock.Instant
  private let socket: Int32
  private var state = State.reading([])

  /// Takes over a socket that does not block.
  init(id: UInt64, socket: Int32, deadline: ContinuousClock.Instant) {
    (self.id, self.socket, self.deadline) = (id, socket, deadline)
  }

  deinit { close(socket) }

  /// What is waited for.
  var interest: pollfd {
    let events: Int32 =
      switch state {
      case .reading, .lingering: POLLIN
      case .writing: POLLOUT
      // A hang-up is told all the same.
      case .waiting, .over: 0
      }
    return pollfd(fd: socket, events: Int16(events), revents: 0)
  }

  /// Whether nothing more comes of it.
  func isOver(at now: ContinuousClock.Instant) -> Bool { if case .over = state { true } else { now >= deadline } }

  /// Does what can be done after the system said `events`; gives the request when all of it is there.
  func advance(_ events: Int16) -> MonitoringRequest? {
    switch state {
    case .reading(let bytes): return read(bytes)
    case .waiting: if events & Int16(POLLHUP | POLLERR) != 0 { state = .over }
    case .writing(let rest): write(rest)
    case .lingering: linger()
    case .over: break
    }
    return nil
  }

  /// Begins to answer.
  func answer(_ answer: MonitoringAnswer) {
    if case .over = state { return }
    write(answer.bytes[...])
  }

  private func read(_ before: [UInt8]) -> MonitoringRequest? {
    var buffer = [UInt8](repeating: 0, count: MonitoringRequest.maximumBytes)
    let count = recv(socket, &buffer, buffer.count - before.count, 0)
    guard count > 0 else {
      if count == 0 || !Self.isTransient(errno) { state = .over }
      return nil
    }
    let bytes = before + buffer[..<count]
    guard let request = MonitoringRequest(bytes) else {
      state = .reading(bytes)
      return nil
    }
    state = .waiting
    return request
  }

  private func write(_ rest: ArraySlice<UInt8>) {
    let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    if count < 0, !Self.isTransient(errno) {
      state = .over
      return
    }
    let left = rest.dropFirst(max(0, count))
    guard left.isEmpty else {
      state = .writing(left)
      return
    }
    shutdown(socket, Int32(SHUT_WR))
    state = .lingering
  }

  private func linger() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(socket, &buffer, buffer.count, 0)
    if count == 0 || (count < 0 && !Self.isTransient(errno)) { state = .over }
  }

  private static func isTransient(_ number: Int32) -> Bool { [EAGAIN, EWOULDBLOCK, EINTR].contains(number) }
}
