import TestSupport
import Testing
@testable import VoiceConfiguration

@Suite("A configuration that is read again")
struct ConfigurationSourceTests {
  @Test("The file is read as it is now; settings and environment stay before it")
  func again() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("a: 1\nb: 1\nc: 1\n".utf8, to: "x.yaml")
    let overrides = ConfigurationOverrides(
      settings: ["a": "5"], environment: ["X_B": "6", "Y_C": "7", "XB": "8"], prefix: "X")
    let node = try ConfigurationNode.load(file: file, overrides: overrides)
    _ = try folder.write("a: 2\nb: 2\nc: 2\nd: 2\n".utf8, to: "x.yaml")
    let later = try node.source.read()
    #expect([later.int("a"), later.int("b"), later.int("c")] == [5, 6, 2])
    try later.check()
    #expect(node.source.environment == ["X_B": "6"], "nothing else of the environment is kept")
    _ = try folder.write("a: [\n".utf8, to: "x.yaml")
    #expect(throws: ConfigurationError.self) { try node.source.read() }
  }

  @Test("Without a file the settings are all there is")
  func fileless() throws {
    let overrides = ConfigurationOverrides(settings: ["log.level": "debug"])
    let node = try ConfigurationNode.parse("", file: "configuration", overrides: overrides)
    #expect(try node.source.read().map("log").string("level") == "debug")
  }

  @Test("Every key that was asked for is known, and a list can be given from outside")
  func keys() throws {
    let overrides = ConfigurationOverrides(settings: ["names": "[a, b]", "inner.text": "[is a text"])
    let node = try ConfigurationNode.parse("", file: "x", overrides: overrides)
    #expect(node.strings("names") == ["a", "b"])
    let inner = node.map("inner")
    #expect(inner.string("text") == "[is a text")
    _ = inner.int("count", default: 1)
    #expect(node.askedFor == ["inner.count", "inner.text", "names"])
    try node.finish()
  }
}
