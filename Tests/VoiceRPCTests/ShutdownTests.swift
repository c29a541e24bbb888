import Synchronization
import Testing
@testable import VoiceMessages
import VoiceRPC

@Suite("Shutdown", .timeLimit(.minutes(1)))
struct ShutdownTests {
  @Test("Calls in flight finish while new ones are refused")
  func graceful() async throws {
    let gate = Gate()
    let service = EchoService(say: { note, _ in
      await gate.pass()
      return note
    })
    let server = Server(options: .quick, services: [service])
    let port = try server.start()
    let channel = try Channel("ipv4:127.0.0.1:\(port)", options: .own)
    async let inFlight = channel.call(Echo.say, Note("in flight"))
    await gate.reached()
    async let down: Void = server.shutdown(grace: .seconds(30))
    // The port is closed at some moment from now: a fresh connection is refused then.
    while await refused(port) == false {}
    gate.open()
    #expect(try await inFlight.message == "in flight")
    await down
    #expect(server.activeCalls == 0)
  }

  private func refused(_ port: Int) async -> Bool {
    do {
      let channel = try Channel("ipv4:127.0.0.1:\(port)", options: .own)
      _ = try await channel.call(UnaryMethod<Note, Note>("/test.Echo/Ping"), Note())
      return false
    } catch let error as RPCError {
      return error.code == .unavailable
    } catch {
      return false
    }
  }

  @Test("When the grace is over the rest is cancelled")
  func graceExpires() async throws {
    let entered = Event()
    let service = EchoService(say: { note, _ in
      entered.happen()
      await Event().wait()
      try Task.checkCancellation()
      return note
    })
    let server = Server(options: .quick, services: [service])
    let port = try server.start()
    let channel = try Channel("ipv4:127.0.0.1:\(port)", options: .own)
    async let stuck = channel.call(Echo.say, Note())
    await entered.wait()
    await server.shutdown(grace: .milliseconds(50))
    do {
      _ = try await stuck
      Issue.record("the call outlived its server")
    } catch {
      #expect(error is RPCError)
    }
  }

  @Test("A server with open streams of every shape goes down without a crash", arguments: [1, 3])
  func openStreams(queues: Int) async throws {
    var options = ServerOptions.quick
    options.completionQueues = queues
    let service = EchoService(split: { note, responses, _ in while true { try await responses.write(note) } })
    let server = Server(options: options, services: [service, HealthService()])
    let channel = try Channel("ipv4:127.0.0.1:\(try server.start())", options: .own)
    await withTaskGroup(of: Void.self) { group in
      let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
      for _ in 0..<4 {
        group.addTask {
          await #expect(throws: (any Error).self) {
            for try await _ in try channel.call(Echo.split, Note("endless")) { arrival.yield() }
          }
        }
        group.addTask {
          await #expect(throws: (any Error).self) {
            _ = try await channel.call(Echo.join) { requests in
              while true {
                try await requests.write(Note("endless"))
                arrival.yield()
              }
            }
          }
        }
        group.addTask {
          await #expect(throws: (any Error).self) {
            try await channel.call(Echo.chat) { requests, responses in
              try await requests.write(Note("one"))
              for try await _ in responses { arrival.yield() }
            }
          }
        }
      }
      var seen = 0
      for await _ in arrivals {
        seen += 1
        if seen == 100 { break }
      }
      await server.shutdown(grace: .zero)
    }
    #expect(server.activeCalls == 0)
  }

  @Test("Servers come and go under calls", arguments: 0..<20)
  func startAndStop(round: Int) async throws {
    let server = Server(options: .quick, services: [EchoService()])
    let channel = try Channel("ipv4:127.0.0.1:\(try server.start())", options: .own)
    await withTaskGroup(of: Void.self) { group in
      let first = Event()
      for _ in 0..<10 {
        group.addTask {
          while (try? await channel.call(Echo.say, Note("x"))) != nil { first.happen() }
        }
      }
      await first.wait()
      await server.shutdown(grace: .zero)
    }
    #expect(server.activeCalls == 0)
  }

  @Test("run starts, returns when drained, and every caller of shutdown is told")
  func run() async throws {
    let server = Server(options: .quick, services: [EchoService()])
    let port = try server.start()
    async let running: Void = server.run()
    let channel = try Channel("ipv4:127.0.0.1:\(port)", options: .own)
    let answer = try await channel.call(Echo.say, Note("up"))
    #expect(answer.message == "up")
    server.beginGracefulShutdown()
    server.beginGracefulShutdown()
    await server.shutdown()
    try await running
    let error = await rpcError { try server.start() }
    #expect(error?.code == .failedPrecondition)
  }

  @Test("Cancelling the task that runs a server stops it, calls and all")
  func cancelledRun() async throws {
    let entered = Event()
    let service = EchoService(say: { note, _ in
      entered.happen()
      await Event().wait()
      return note
    })
    let server = Server(options: ServerOptions(), services: [service])
    let channel = try Channel("ipv4:127.0.0.1:\(try server.start())", options: .own)
    let running = Task { try await server.run() }
    async let stuck = channel.call(Echo.say, Note())
    await entered.wait()
    running.cancel()
    try await running.value
    _ = try? await stuck
    #expect(server.activeCalls == 0)
  }

  @Test("A server that never started needs no shutdown and bears one")
  func neverStarted() async {
    let server = Server(options: .quick, services: [EchoService()])
    await server.shutdown()
    let error = await rpcError { try server.start() }
    #expect(error?.code == .failedPrecondition)
  }

  @Test("A port that is taken is an error that names it")
  func portTaken() async throws {
    try await withServer { server, channel in
      var options = ServerOptions.quick
      options.address = String(channel.target.dropFirst("ipv4:".count))
      let second = Server(options: options, services: [])
      let error = await rpcError { try second.start() }
      #expect(error?.code == .unavailable)
      #expect(error?.message.contains(options.address) == true)
    }
  }

  @Test("Connections that grow old are ended gently: no call fails")
  func connectionAge() async throws {
    var options = ServerOptions.quick
    options.maxConnectionAge = .milliseconds(50)
    options.maxConnectionAgeGrace = .seconds(5)
    let peers = Mutex(Set<String>())
    let service = EchoService(say: { note, context in
      peers.withLock { _ = $0.insert(context.peer) }
      return note
    })
    var channel = ChannelOptions.own
    channel.serviceConfig = serviceConfig(watchesHealth: false)
    try await withServer([service], options: options, channel: channel) { _, channel in
      while peers.withLock({ $0.count }) < 3 {
        let answer = try await channel.call(Echo.say, Note("still here"))
        #expect(answer.message == "still here")
      }
    }
  }
}
