internal import Hummingbird
internal import Logging
internal import ServiceLifecycle
internal import VoiceRecognition
internal import VoiceServiceKit

/// An answer that goes on: events as they come, with a comment every so often so that the connection stays.
struct EventStream: Sendable {
  /// Takes an event, and waits while the client reads slowly; false when it has gone.
  typealias Sink = @Sendable (ServerSentEvent) async -> Bool

  private static let pause = Duration.seconds(15)
  /// How soon a browser comes again after a connection that broke.
  private static let hello = "retry: 2000\n\n"

  /// The answer whose events `produce` gives; it is cancelled when the client goes, and when the console is to end.
  static func answer(
    to context: ConsoleContext, _ produce: @escaping @Sendable (Sink) async throws -> Void
  ) -> Response {
    // The answer goes on when the handler has returned.
    let surroundings = Surroundings()
    let headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"]
    return Response(
      status: .ok, headers: headers,
      body: .init { writer in
        let pipe = Pipe<String>(limit: 64)
        _ = pipe.offer(hello)
        try await withGracefulShutdownHandler {
          try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
              defer { pipe.finish() }
              // The browser comes again by itself, and is told then what is wrong.
              do {
                try await surroundings.apply { try await produce { await pipe.send($0.text) } }
              } catch where !(error is CancellationError) {
                context.logger.notice("events broke off", metadata: ["error": "\(error)"])
              }
            }
            group.addTask {
              await context.closed()
              pipe.finish()
            }
            group.addTask { try await ping(pipe) }
            if let visitor = surroundings.visitor {
              group.addTask {
                try await visitor.awaitEnd()
                pipe.finish()
              }
            }
            while let text = await pipe.next() { try await writer.write(ByteBuffer(string: text)) }
            group.cancelAll()
          }
        } onGracefulShutdown: {
          pipe.finish()
        }
        try await writer.finish(nil)
      })
  }

  /// For whom and in which trace an answer is given.
  private struct Surroundings: Sendable {
    let visitor = Visitor.current
    private let caller = Caller.current
    private let trace = TraceContext.current

    func apply(_ body: () async throws -> Void) async throws {
      try await TraceContext.$current.withValue(trace) {
        try await Caller.$current.withValue(caller) { try await Visitor.$current.withValue(visitor, operation: body) }
      }
    }
  }

  private static func ping(_ pipe: Pipe<String>) async throws {
    while true {
      try await Task.sleep(for: pause)
      if pipe.isEmpty { _ = pipe.offer(ServerSentEvent.ping) }
    }
  }
}
