import ArgumentParser
import TestSupport
import Testing
import VoiceConfiguration
import VoiceRPC
@testable import VoiceServiceKit

@Suite("Settings of a service")
struct SettingsTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func load(
    _ arguments: [String], yaml: String? = nil, environment: [String: String] = [:]
  ) throws -> ServiceSettings {
    let file = try yaml.map { ["--config", try folder.write($0.utf8, to: "service.yaml")] } ?? []
    return try ServiceArguments.parse(arguments + file)
      .loadStrictly(service: "test", environment) { ServiceSettings($0) }
  }

  @Test("The command line goes before the environment, that before the file, and that before the defaults")
  func precedence() throws {
    let yaml = "listen:\n  port: 1\n  shutdown_grace_seconds: 1\n  drain_milliseconds: 1\n"
    let settings = try load(
      ["--set", "listen.port=3"], yaml: yaml,
      environment: ["VOICEPRINT_TEST_LISTEN_PORT": "2", "VOICEPRINT_TEST_LISTEN_SHUTDOWN_GRACE_SECONDS": "2"])
    #expect(settings.server.address == "127.0.0.1:3")
    #expect(settings.server.shutdownGrace == .seconds(2))
    #expect(settings.server.drainTime == .milliseconds(1))
    #expect(settings.server.maxConcurrentCalls == 1000)
  }

  @Test("An unknown key is named with file and line, beside everything else that is wrong")
  func problems() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try load([], yaml: "listen:\n  port: 70000\n  prot: 1\nlog:\n  level: loud\n  format: xml\nextra: 1\n")
    }
    let problems = try #require(error).problems.map { "\($0.line) \($0.key)" }
    #expect(problems == ["2 listen.port", "3 listen.prot", "5 log.level", "6 log.format", "7 extra"])
    #expect(try #require(error).message.contains("service.yaml:3: listen.prot: unknown key"))
  }

  @Test("A setting of the command line that nobody knows is refused")
  func unknownSetting() {
    #expect(throws: ConfigurationError.self) { try load(["--set", "listen.prot=1"]) }
    #expect(throws: ConfigurationError.self) { try load(["--set", "nonsense"]) }
  }

  @Test("Connections may end for their age or never, and calls on them get a grace")
  func connectionAge() throws {
    let usual = try load([]).server
    #expect(usual.maxConnectionAge == .seconds(300) && usual.maxConnectionAgeGrace == .seconds(30))
    let own = ["listen.max_connection_age_seconds=0", "listen.max_connection_age_grace_seconds=7"]
    let other = try load(own.flatMap { ["--set", $0] }).server
    #expect(other.maxConnectionAge == nil && other.maxConnectionAgeGrace == .seconds(7))
  }

  @Test("An IPv6 address is taken without brackets")
  func ipv6() throws {
    #expect(try load(["--set", "listen.address=::1", "--set", "listen.port=5"]).server.address == "[::1]:5")
  }
}
