import Synchronization
import Testing
import VoiceMessages
import VoiceRPC

@Suite("Interceptors", .timeLimit(.minutes(1)))
struct InterceptorTests {
  private struct Caller { @TaskLocal static var name = "nobody" }

  /// Lets through who has a key.
  private struct Doorman: ServerInterceptor {
    func intercept(_ context: ServerContext, next: () async throws -> Void) async throws {
      guard let key = context.metadata["x-key"] else { throw RPCError(.unauthenticated, "who are you?") }
      try await Caller.$name.withValue(key) { try await next() }
    }
  }

  /// Writes down what passes.
  private final class Scribe: ServerInterceptor {
    let lines = Mutex<[String]>([])

    func intercept(_ context: ServerContext, next: () async throws -> Void) async throws {
      do {
        try await next()
        lines.withLock { $0.append("\(context.method) OK") }
      } catch {
        let status = RPCError(thrown: error, deadline: context.deadline)
        lines.withLock { $0.append("\(context.method) \(status.code)") }
        throw error
      }
    }
  }

  @Test("Interceptors refuse calls, see how they end and give handlers task-local values")
  func chain() async throws {
    let scribe = Scribe()
    let service = EchoService(say: { _, _ in Note(Caller.name) })
    try await withServer([service], interceptors: [scribe, Doorman()]) { _, channel in
      let answer = try await channel.call(Echo.say, Note(), options: CallOptions(metadata: ["x-key": "ann"]))
      #expect(answer.message == "ann")
      let error = await rpcError { _ = try await channel.call(Echo.say, Note()) }
      #expect(error?.code == .unauthenticated)
    }
    #expect(scribe.lines.withLock { $0 } == ["/test.Echo/Say OK", "/test.Echo/Say UNAUTHENTICATED"])
  }
}
