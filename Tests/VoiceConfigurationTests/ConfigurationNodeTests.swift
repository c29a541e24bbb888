import Testing
import VoiceConfiguration

@Suite("Strict YAML")
struct ConfigurationNodeTests {
  @Test("Scalars are read by the rules of YAML 1.1")
  func scalars() throws {
    let root = try ConfigurationNode.parse(
      """
      name: "yes"
      port: 1_024
      rate: 1e-5
      tagged: !!float 1e-5
      on: off
      nothing: ~
      words: [a, "2"]
      numbers: [1, 0x10]
      """, file: "a.yaml")
    #expect(root.string("name") == "yes")
    #expect(root.int("port") == 1024)
    #expect(root.double("rate") == 1e-5)
    #expect(root.double("tagged") == 1e-5)
    #expect(root.bool("on") == false)
    #expect(root.optionalString("nothing") == nil)
    #expect(root.strings("words") == ["a", "2"])
    #expect(root.ints("numbers") == [1, 16])
    #expect(root.int("absent", default: 7) == 7)
    try root.finish()
  }

  @Test("All problems of a file are told at once, each with its line and the path of its key")
  func problems() throws {
    let root = try ConfigurationNode.parse(
      """
      server:
        port: eighty
        pot: 3
      mode: fast
      limit: 0
      flag: "true"
      list: 3
      """, file: "conf/b.yaml")
    enum Mode: String, CaseIterable { case slow, steady }
    let server = root.map("server")
    _ = server.int("port")
    _ = server.string("host")
    _ = root.choice("mode", default: Mode.slow)
    _ = root.int("limit", in: 1...10)
    _ = root.bool("flag")
    _ = root.strings("list")
    let error = #expect(throws: ConfigurationError.self) { try root.finish() }
    #expect(
      error?.message == """
        conf/b.yaml:1: server.host: is required
        conf/b.yaml:2: server.port: must be a whole number, not 'eighty'
        conf/b.yaml:3: server.pot: unknown key (known here: host, port)
        conf/b.yaml:4: mode: 'fast' is none of slow, steady
        conf/b.yaml:5: limit: is 0, must be from 1 to 10
        conf/b.yaml:6: flag: must be true or false, not the text "true"
        conf/b.yaml:7: list: must be a list, not '3'
        """)
  }

  @Test("A text that is not YAML, or no mapping, or names a key twice, is refused with its line")
  func malformed() {
    for (text, line) in [("a: [1\nb: 2", 2), ("- 1", 1), ("a: 1\na: 2", 1), ("a: 1\n---\nb: 2", 2)] {
      let error = #expect(throws: ConfigurationError.self) { try ConfigurationNode.parse(text, file: "x") }
      #expect(error?.code == .malformed)
      #expect(error?.problems.first?.line == line, "\(text)")
    }
  }

  @Test("A text nested a hundred thousand deep is refused")
  func nesting() {
    for opening in ["[", "{a: ", "- "] {
      let text = "a: \n  " + String(repeating: opening, count: 100_000)
      #expect(throws: ConfigurationError.self) { try ConfigurationNode.parse(text, file: "x") }
    }
  }

  @Test("A missing file is told by its name")
  func missingFile() {
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationNode.load(file: "/nonexistent/c.yaml") }
    #expect(error?.code == .unreadable)
    #expect(error?.message.hasPrefix("/nonexistent/c.yaml:1: cannot be read") == true)
  }

  @Test("An empty file is a mapping without keys")
  func empty() throws {
    let root = try ConfigurationNode.parse("# nothing\n", file: "x")
    #expect(root.map("server").int("port", default: 3) == 3)
    try root.finish()
  }

  @Test("Lists of mappings carry their index in the path")
  func mapsInLists() throws {
    let root = try ConfigurationNode.parse("keys:\n  - {id: a}\n  - {idd: b}\n", file: "x")
    let ids = root.maps("keys").map { $0.string("id") }
    #expect(ids == ["a", ""])
    let error = #expect(throws: ConfigurationError.self) { try root.finish() }
    #expect(error?.problems.map(\.key) == ["keys[1].id", "keys[1].idd"])
  }
}
