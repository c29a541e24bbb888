import Testing
import VoiceMessages
import VoiceRPC

@Suite("Failover", .serialized, .timeLimit(.minutes(2)))
struct FailoverTests {
  private static func health() -> HealthService {
    let health = HealthService()
    health.set(.serving, for: Echo.name)
    return health
  }

  private static func channel(to ports: [Int], watchesHealth: Bool) throws -> Channel {
    var options = ChannelOptions.own
    options.serviceConfig = serviceConfig(watchesHealth: watchesHealth)
    return try Channel("ipv4:" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ","), options: options)
  }

  /// Calls a server in another process with a request of so many bytes.
  @Sendable private static func embed(_ channel: Channel, bytes: Int = 0) async throws {
    var request = EmbeddingV1.EmbedRequest()
    request.epoch = String(repeating: "e", count: bytes)
    let options = CallOptions(deadline: .after(.seconds(60)), waitsForReady: true)
    _ = try await channel.call(EmbeddingV1.EmbeddingService.embed, request, options: options)
  }

  @Test("A graceful shutdown under load fails no call while another server lives, and a newcomer is used")
  func gracefulUnderLoad() async throws {
    let first = Server(options: ServerOptions(), services: [EchoService(), Self.health()])
    let second = Server(options: ServerOptions(), services: [EchoService(), Self.health()])
    let firstPort = try first.start()
    let channel = try Self.channel(to: [firstPort, try second.start()], watchesHealth: true)
    let load = try await withLoad(of: { _ = try await channel.call(Echo.say, Note("load")) }) { load in
      await load.more(300)
      await first.shutdown()
      await load.more(300)
      let came = Event()
      let echo = EchoService(say: { note, _ in
        came.happen()
        return note
      })
      let third = Server(options: ServerOptions(address: "127.0.0.1:\(firstPort)"), services: [echo, Self.health()])
      try third.start()
      await came.wait()
      await third.shutdown()
    }
    #expect(load.errors == [])
    await second.shutdown(grace: .zero)
  }

  @Test("A server that is killed under load loses no call while another lives", arguments: [(0, 300), (400_000, 30)])
  func killedUnderLoad(bytes: Int, calls: Int) async throws {
    let first = try ServerProcess()
    let second = try ServerProcess()
    let channel = try Self.channel(to: [first.port, second.port], watchesHealth: false)
    try await Self.embed(channel)
    let load = try await withLoad(of: { try await Self.embed(channel, bytes: bytes) }) { load in
      await load.more(calls)
      first.kill()
      await load.more(calls)
    }
    #expect(load.errors == [])
    #expect(await first.status() == .killed)
    second.terminate()
    #expect(await second.status() == .exited(0))
  }

  @Test("A frozen server is noticed by keepalive")
  func frozen() async throws {
    let server = try ServerProcess()
    var options = ChannelOptions.own
    options.keepaliveTime = .milliseconds(200)
    options.keepaliveTimeout = .milliseconds(200)
    let channel = try Channel("ipv4:127.0.0.1:\(server.port)", options: options)
    try await Self.embed(channel)
    try server.freeze()
    let error = await rpcError { try await Self.embed(channel) }
    #expect(error?.code == .unavailable)
    server.kill()
    #expect(await server.status() == .killed)
  }

  @Test("A call that waits for a server gets it when it comes")
  func waitsForReady() async throws {
    let probe = Server(options: .quick, services: [])
    let port = try probe.start()
    await probe.shutdown(grace: .zero)
    let channel = try Channel("ipv4:127.0.0.1:\(port)", options: .own)
    let error = await rpcError { _ = try await channel.call(Echo.say, Note("nobody")) }
    #expect(error?.code == .unavailable)
    let options = CallOptions(deadline: .after(.seconds(60)), waitsForReady: true)
    async let answer = channel.call(Echo.say, Note("late"), options: options)
    // A call keeps its channel, which nobody else does here.
    let stream = try Channel(channel.target, options: .own).call(Echo.split, Note("one"), options: options)
    var again = ServerOptions.quick
    again.address = "127.0.0.1:\(port)"
    let server = Server(options: again, services: [EchoService()])
    try server.start()
    #expect(try await answer.message == "late")
    var words = stream.makeAsyncIterator()
    #expect(try await words.next()?.message == "one")
    await server.shutdown(grace: .zero)
  }
}
