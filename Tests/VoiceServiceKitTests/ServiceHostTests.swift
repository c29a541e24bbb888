import FoundationEssentials
import Glibc
import TestSupport
import Testing
import VoiceCluster
import VoiceMessages
import VoiceRPC
import VoiceRecognition
import VoiceServiceKit

@Suite("A service's process", .timeLimit(.minutes(2)))
struct ServiceHostTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test("It says once where it listens, tells its health and its protocol, and ends with 0 on a signal", arguments: [
    SIGTERM, SIGINT,
  ])
  func life(signal: Int32) async throws {
    let gateway = try await GatewayProcess(in: folder)
    let channel = try gateway.channel()
    for service in ["", GatewayV1.GatewayService.name] {
      let health = try await channel.call(GRPCHealthV1.Health.check, .with { $0.service = service })
      #expect(health.status == .serving)
    }
    var listed: [String] = []
    try await channel.call(GRPCReflectionV1.ServerReflection.serverReflectionInfo) { questions, answers in
      try await questions.write(.with { $0.messageRequest = .listServices("") })
      var answers = answers.makeAsyncIterator()
      guard case .listServicesResponse(let list) = try await answers.next()?.messageResponse else { return }
      listed = list.service.map(\.name)
    }
    #expect(listed.contains(GatewayV1.GatewayService.name))

    #expect(await gateway.child.end(with: signal, within: .seconds(30)) == .exited(0))
    let lines = try gateway.lines
    #expect(lines.filter { $0.hasPrefix("LISTENING") } == ["LISTENING \(gateway.port)"])
    #expect(lines.last?.contains("\"message\":\"ended\"") == true, "\(lines.last ?? "")")
  }

  @Test("A refused call is told to the caller with its details, and to the log with the caller's trace")
  func refusedCall() async throws {
    let gateway = try await GatewayProcess(in: folder)
    let trace = TraceContext()
    let channel = try gateway.channel()
    let options = CallOptions(metadata: [TraceContext.header: trace.headerValue], deadline: .after(.seconds(20)))
    let caught = await error(RPCError.self) {
      _ = try await channel.call(GatewayV1.GatewayService.identify, .init(), options: options)
    }
    #expect(RecognitionError(try #require(caught), from: "x").field != nil)
    #expect(caught?.code == .invalidArgument)
    #expect(await gateway.child.end(within: .seconds(30)) == .exited(0))
    let line = try #require(try gateway.lines.first { $0.contains("GatewayService/Identify") })
    #expect(line.contains("\"trace_id\":\"\(trace.traceID)\""))
    #expect(line.contains("\"code\":\"INVALID_ARGUMENT\""))
  }

  @Test("A stream of health ends when the service drains, after it said so")
  func drain() async throws {
    let gateway = try await GatewayProcess(in: folder)
    let channel = try gateway.channel()
    var seen: [GRPCHealthV1.HealthCheckResponse.ServingStatus] = []
    _ = await error(RPCError.self) {
      for try await health in try channel.call(GRPCHealthV1.Health.watch, .init()) {
        seen.append(health.status)
        gateway.child.send(SIGTERM)
      }
    }
    #expect(seen == [.serving, .notServing])
    #expect(await gateway.child.exit() == .exited(0))
  }

  @Test("An address that is taken ends it with 69, and the log says which")
  func addressTaken() async throws {
    let gateway = try await GatewayProcess(in: folder)
    let second = try await ChildProcess.start(
      GatewayProcess.command(["--set", "listen.port=\(gateway.port)"], in: folder, log: "second"))
    #expect(await second.exit() == .exited(69))
    #expect(try String(contentsOfFile: folder.file("second"), encoding: .utf8).contains("127.0.0.1:\(gateway.port)"))
    await gateway.child.end(within: .seconds(30))
  }

  @Test("A wrong configuration ends it with 78 and is told whole; a right one can be checked without serving")
  func configuration() async throws {
    let file = try folder.write("listen:\n  prot: 1\nlog:\n  level: loud\n".utf8, to: "gateway.yaml")
    let wrong = try await ChildProcess.start(GatewayProcess.command(["--config", file], in: folder))
    #expect(await wrong.exit() == .exited(78))
    let log = try String(contentsOfFile: folder.file("log"), encoding: .utf8)
    #expect(log.contains("gateway.yaml:2: listen.prot: unknown key") && log.contains("gateway.yaml:4: log.level"))

    let checked = try await ChildProcess.start(GatewayProcess.command(["--check-config"], in: folder, log: "check"))
    #expect(await checked.exit() == .exited(0))
    #expect(try String(contentsOfFile: folder.file("check"), encoding: .utf8).isEmpty)
  }
}
