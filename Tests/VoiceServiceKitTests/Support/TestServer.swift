import Logging
import Synchronization
import VoiceMessages
import VoiceRPC
@testable import VoiceServiceKit

/// A service of one method whose answer the test gives.
struct Answering: RPCService {
  typealias Answer =
    @Sendable (FeatureV1.ExtractRequest, ServerContext) async throws -> FeatureV1.ExtractResponse

  /// The method.
  static let method = FeatureV1.FeatureService.extract
  let answer: Answer

  func register(with router: inout Router) { router.handle(Self.method, with: answer) }
}

/// Serves an answer, behind the interceptor of all services when there is a log, while `body` runs with the port.
func withServer(
  health: HealthService = HealthService(), log: Logger? = nil, metrics: MetricsRegistry = MetricsRegistry(),
  tracer: Tracer? = nil, answering answer: @escaping Answering.Answer,
  _ body: (_ port: Int) async throws -> Void
) async throws {
  var options = ServerOptions()
  (options.drainTime, options.shutdownGrace) = (.zero, .zero)
  let interceptors = log.map {
    [CallInterceptor(log: $0, metrics: CallMetrics(.server, factory: metrics), tracer: tracer)]
  } ?? []
  let server = Server(options: options, services: [Answering(answer: answer), health], interceptors: interceptors)
  let port = try server.start()
  let result: Result<Void, any Error>
  do { result = .success(try await body(port)) } catch { result = .failure(error) }
  await server.shutdown()
  try result.get()
}

/// Counts across tasks.
final class Counter: Sendable {
  private let count = Mutex(0)
  /// The count.
  var value: Int { count.withLock { $0 } }
  /// Counts one more and gives the new count.
  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}

/// What an operation throws, as the type that is expected.
func error<Failure: Error>(_ type: Failure.Type, of operation: () async throws -> Void) async -> Failure? {
  do { try await operation() } catch { return error as? Failure }
  return nil
}
