/// What has happened on a call that is served: a value that decides, while `ServerCall` acts.
struct ServerCallState {
  private enum Phase {
    /// Being handled. Can turn into `cancelled` or `finished`.
    case open
    /// The caller has gone: nothing that is sent arrives. Can turn into `finished`.
    case cancelled
    /// The status is sent.
    case finished
  }

  private var phase = Phase.open
  private var handler: Task<Void, Never>?
  private var initialMetadata: Metadata? = [:]
  private var trailers: Metadata = [:]
  private var response: ByteBuffer?
  private var first: First?

  /// What was received before the handler was started.
  enum First {
    case message(ByteBuffer)
    /// The caller sent nothing, or has gone.
    case nothing
  }

  var isCancelled: Bool { phase == .cancelled }

  mutating func addInitialMetadata(_ metadata: Metadata) { initialMetadata?.add(contentsOf: metadata) }

  mutating func addTrailers(_ metadata: Metadata) { trailers.add(contentsOf: metadata) }

  /// The one response of a call without a stream of them, to be sent with the status.
  mutating func setResponse(_ message: ByteBuffer) { response = message }

  mutating func setFirst(_ first: First) { self.first = first }

  /// What was received before the handler was started; nil when that was nothing yet, or was taken.
  mutating func takeFirst() -> First? {
    defer { first = nil }
    return first
  }

  /// What is to be sent before the next message; nil when it has been.
  mutating func takeInitialMetadata() -> Metadata? {
    defer { initialMetadata = nil }
    return initialMetadata
  }

  /// The task that handles the call: it is returned, to be cancelled, if the call is.
  mutating func handled(by task: Task<Void, Never>) -> Task<Void, Never>? {
    switch phase {
    case .open:
      handler = task
      return nil
    case .cancelled: return task
    case .finished: return nil
    }
  }

  /// The caller has gone: the task to cancel.
  mutating func cancel() -> Task<Void, Never>? {
    guard phase == .open else { return nil }
    phase = .cancelled
    defer { handler = nil }
    return handler
  }

  /// What to send at the end; nil when the end has been sent.
  mutating func finish() -> (initialMetadata: Metadata?, response: ByteBuffer?, trailers: Metadata)? {
    guard phase != .finished else { return nil }
    phase = .finished
    handler = nil
    defer { response = nil }
    return (takeInitialMetadata(), response, trailers)
  }
}
