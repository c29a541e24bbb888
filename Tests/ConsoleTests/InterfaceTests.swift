import FoundationEssentials
import Hummingbird
import TestSupport
import Testing
import VoiceConfiguration
import Yams
@testable import voiceprint_console

@Suite("The description of the interface")
struct InterfaceTests {
  private static let methods = ["get", "post", "delete", "put", "patch", "head", "options"]

  /// "GET /jobs/{}" of every path that the console answers.
  private func served() throws -> [String] {
    let text = "upstreams: {gateway: 'ipv4:127.0.0.1:1', registry: 'ipv4:127.0.0.1:1', trainer: 'ipv4:127.0.0.1:1'}"
    let configuration = ConsoleConfiguration(try ConfigurationNode.parse(text, file: "console.yaml"))
    let upstreams = try ConsoleUpstreams(configuration.upstreams)
    let gate = LoginGate(sessions: nil, hasTLS: false)
    let resources = Resources(
      upstreams: upstreams, streams: LiveStreams(gateway: { upstreams.gateway }, limits: configuration.limits),
      gate: gate, description: .init(Data(), name: "openapi.yaml"), eventTime: .seconds(1))
    let router = Router(context: ConsoleContext.self)
    resources.add(to: Routes(router.group("api/v1"), Bodies(maximum: 1, allMaximum: 1), gate))
    return router.routes.map { route in
      "\(route.method) " + Self.shape("\(route.path)".replacing("/api/v1", with: ""))
    }.sorted()
  }

  /// The same of every path that is described.
  private func described() throws -> [String] {
    let file = try Data(contentsOf: URL(filePath: "\(PackagePaths.root)/services/console/openapi.yaml"))
    let document = try #require(try Yams.load(yaml: String(decoding: file, as: UTF8.self)) as? [String: Any])
    let paths = try #require(document["paths"] as? [String: [String: Any]])
    return paths.flatMap { path, item in
      item.keys.filter { Self.methods.contains($0) }.map { "\($0.uppercased()) \(Self.shape(path))" }
    }.sorted()
  }

  /// A path without the names of its parameters, which both write in their own way.
  private static func shape(_ path: String) -> String {
    path.split(separator: "/").map { part in part.hasPrefix(":") || part.hasPrefix("{") ? "/{}" : "/\(part)" }.joined()
  }

  @Test("Every path of the server is described, and every one that is described is served")
  func paths() throws {
    let served = try served()
    #expect(try described() == served)
    #expect(served.count > 30)
    #expect(Set(served).count == served.count)
  }
}
