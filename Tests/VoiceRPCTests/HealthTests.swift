import Testing
import VoiceMessages
import VoiceRPC

@Suite("Health", .timeLimit(.minutes(1)))
struct HealthTests {
  private typealias Response = GRPCHealthV1.HealthCheckResponse

  private static func request(_ service: String) -> GRPCHealthV1.HealthCheckRequest {
    var request = GRPCHealthV1.HealthCheckRequest()
    request.service = service
    return request
  }

  @Test("Check tells the state of each service and knows no others")
  func check() async throws {
    let health = HealthService()
    health.set(.notServing, for: "test.Echo")
    try await withServer([health]) { _, channel in
      let whole = try await channel.call(GRPCHealthV1.Health.check, Self.request(""))
      #expect(whole.status == .serving)
      let echo = try await channel.call(GRPCHealthV1.Health.check, Self.request("test.Echo"))
      #expect(echo.status == .notServing)
      let error = await rpcError { _ = try await channel.call(GRPCHealthV1.Health.check, Self.request("test.None")) }
      #expect(error?.code == .notFound)
    }
  }

  @Test("Watch tells the state at once and at every change, also of a service that comes later")
  func watch() async throws {
    let health = HealthService()
    try await withServer([health]) { _, channel in
      var states = try channel.call(GRPCHealthV1.Health.watch, Self.request("test.Echo")).makeAsyncIterator()
      var seen = [try await states.next()?.status]
      health.set(.serving, for: "test.Echo")
      seen.append(try await states.next()?.status)
      // No change, nothing to tell.
      health.set(.serving, for: "test.Echo")
      health.set(.serving, for: "test.Other")
      health.set(.notServing, for: "test.Echo")
      seen.append(try await states.next()?.status)
      #expect(seen == [.serviceUnknown, .serving, .notServing])
    }
  }

  @Test("On shutdown watchers are told NOT_SERVING, then their watch ends, and nothing brings the state back")
  func shutdown() async throws {
    let health = HealthService()
    health.set(.serving, for: "test.Echo")
    let server = Server(options: .quick, services: [health])
    let channel = try Channel("ipv4:127.0.0.1:\(try server.start())", options: .own)
    let stream = try channel.call(GRPCHealthV1.Health.watch, Self.request("test.Echo"))
    var states = stream.makeAsyncIterator()
    var seen = [try await states.next()?.status]
    async let down: Void = server.shutdown(grace: .seconds(30))
    seen.append(try await states.next()?.status)
    #expect(seen == [.serving, .notServing])
    let error = await rpcError { _ = try await states.next() }
    #expect(error?.code == .unavailable)
    await down
    health.set(.serving, for: "test.Echo")
    #expect(health.status(of: "test.Echo") == .notServing)
  }
}
