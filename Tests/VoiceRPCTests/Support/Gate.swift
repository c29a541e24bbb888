import Synchronization

/// Something that happens once and that others wait for; waiting ends with the task, too.
final class Event: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func happen() { continuation.finish() }

  func wait() async { for await _ in stream {} }
}

/// A place in a handler where it stops until the test lets it go on.
final class Gate: Sendable {
  private let arrival = Event()
  private let opening = Event()

  /// In the handler: says that it is here and waits.
  func pass() async {
    arrival.happen()
    await opening.wait()
  }

  /// In the test: waits until the handler is here.
  func reached() async { await arrival.wait() }

  /// In the test: lets the handler go on.
  func open() { opening.happen() }
}
