import Glibc
import Metrics
import Testing
import VoiceConcurrency
@testable import VoiceServiceKit

@Suite("The monitoring address", .timeLimit(.minutes(1)))
struct MonitoringServerTests {
  private let registry = MetricsRegistry()

  /// Runs `body` with the port of a server, on a thread of its own: it blocks.
  private func withServer(
    _ limits: MonitoringServer.Limits = .init(), _ body: @escaping @Sendable (Int) throws -> Void
  ) async throws {
    let server = try MonitoringServer(address: "127.0.0.1", port: 0, registry: registry, limits: limits)
    server.start()
    let pool = ComputePool(name: "client", threads: 1, queueLimit: 1)
    let result: Result<Void, any Error>
    do { result = .success(try await pool.run { _ in try body(server.port) }) } catch { result = .failure(error) }
    await server.stop()
    await pool.shutDown()
    try result.get()
  }

  @Test("Metrics are told with their type and length, then the connection ends")
  func metrics() async throws {
    Metrics.Counter(label: "voiceprint_rpc_server_refused_total", factory: registry).increment(by: 7)
    // Much else is computed beside this: the usual time of a connection may be over before there is an answer.
    try await withServer(.init(time: .seconds(60))) { port in
      let answer = try RawConnection.answer(to: "GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", port: port)
      let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
      try #require(parts.count == 2, "\(answer)")
      #expect(parts[0].hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
      #expect(parts[0].contains("\r\nContent-Length: \(parts[1].utf8.count)\r\n"))
      #expect(parts[1].hasSuffix("# TYPE voiceprint_rpc_server_refused_total counter\n"
        + "voiceprint_rpc_server_refused_total 7\n"))
    }
  }

  @Test("Health is told; other paths, methods, versions and lengths are refused with the reason", arguments: [
    ("GET /healthz HTTP/1.1\n\n", "200 OK"), ("GET / HTTP/1.1\r\n\r\n", "404 "),
    ("GET /metricsx HTTP/1.1\r\n\r\n", "404 "), ("POST /metrics HTTP/1.1\r\n\r\n", "405 "),
    ("GET /metrics\r\n\r\n", "400 "), ("GET /metrics HTTP/2\r\n\r\n", "400 "), ("\u{0}\u{16}\u{3}\r\n\r\n", "400 "),
    ("GET /metrics HTTP/1.1\r\n" + String(repeating: "Name: a value that goes on and on\r\n", count: 300), "431 "),
    (String(repeating: "a", count: 8192), "431 "),
  ])
  func refusals(request: String, status: String) async throws {
    try await withServer { port in
      let answer = try RawConnection.answer(to: request, port: port)
      #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(60))")
    }
  }

  @Test("A request may come in pieces, but a connection that drips is ended when its time is over")
  func slow() async throws {
    try await withServer(.init(connections: 16, time: .milliseconds(400))) { port in
      let patient = try RawConnection(port: port)
      for character in "GET /healthz HTTP/1.1\r\n\r\n" { patient.send(String(character)) }
      #expect(patient.rest().hasSuffix("\r\n\r\nok\n"))

      let dripping = try RawConnection(port: port)
      let begin = ContinuousClock.now
      while dripping.send("a"), ContinuousClock.now - begin < .seconds(20) { usleep(20_000) }
      #expect(dripping.rest().isEmpty)
      let time = ContinuousClock.now - begin
      #expect(time > .milliseconds(300) && time < .seconds(10), "\(time)")
    }
  }

  @Test("Those who only hold connections keep others waiting, and not for longer than their time")
  func crowd() async throws {
    try await withServer(.init(connections: 4, time: .milliseconds(500))) { port in
      let idle = try (0..<8).map { _ in try RawConnection(port: port) }
      #expect(try RawConnection.answer(to: "GET /healthz HTTP/1.1\r\n\r\n", port: port).hasSuffix("ok\n"))
      for connection in idle { #expect(connection.rest().isEmpty) }
    }
  }

  @Test("Who goes away before the answer is nobody's trouble")
  func leaving() async throws {
    registry.collect("slow") { _ in try await Task.sleep(for: .milliseconds(100)) }
    try await withServer { port in
      for _ in 0..<50 { try RawConnection(port: port).send("GET /metrics HTTP/1.1\r\n\r\n") }
      #expect(try RawConnection.answer(to: "GET /metrics HTTP/1.1\r\n\r\n", port: port).hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test("An address that is taken or none is told")
  func taken() async throws {
    try await withServer { port in
      #expect(throws: SystemError.self) {
        try MonitoringServer(address: "127.0.0.1", port: port, registry: MetricsRegistry())
      }
      #expect(throws: SystemError.self) {
        try MonitoringServer(address: "localhost", port: 0, registry: MetricsRegistry())
      }
    }
  }

  @Test("It listens on IPv6 too")
  func addresses() async throws {
    let server = try MonitoringServer(address: "::1", port: 0, registry: registry)
    #expect(server.port > 0)
    server.start()
    await server.stop()
  }
}
