import Testing
import VoiceRecognition
@testable import voiceprint_console

@Suite("What a request to the console may be")
struct RequestTests {
  private let guarding = ForgeryGuard(hostNames: ["console.example.org"])

  private func passes(
    _ host: String?, isUnsafe: Bool = true, origins: [String] = [], markers: [String] = ["1"]
  ) -> Bool {
    guarding.reasonToRefuse(isUnsafe: isUnsafe, host: host, origins: origins, markers: markers) == nil
  }

  @Test("A change needs the marker, and no other origin")
  func forgery() {
    #expect(passes("127.0.0.1:8080"))
    #expect(passes("127.0.0.1:8080", isUnsafe: false, origins: ["http://evil.example"], markers: []))
    #expect(!passes("127.0.0.1:8080", markers: []))
    #expect(!passes("127.0.0.1:8080", markers: ["0"]))
    #expect(!passes("127.0.0.1:8080", markers: ["1", "1"]))
    #expect(passes("127.0.0.1:8080", origins: ["http://127.0.0.1:8080"]))
    #expect(passes("console.example.org", origins: ["https://console.example.org"]))
    #expect(passes("console.example.org:443", origins: ["https://CONSOLE.example.org"]))
    for origin in [
      "null", "", "http://127.0.0.1:8081", "http://127.0.0.1", "ftp://127.0.0.1:8080", "http://evil.example",
    ] {
      #expect(!passes("127.0.0.1:8080", origins: [origin]), "\(origin)")
    }
    #expect(!passes("127.0.0.1:8080", origins: ["http://127.0.0.1:8080", "http://127.0.0.1:8080"]))
  }

  @Test("A name must be known, an address or localhost need not")
  func hosts() {
    for host in ["localhost", "[::1]:80", "10.1.2.3", "console.example.org:1", "a.localhost"] {
      #expect(passes(host), "\(host)")
    }
    for host in [nil, "", "evil.example", "127.0.0.1.evil.example", "1.2.3.4:port", "a/b", ":80"] {
      #expect(!passes(host), "\(host ?? "none")")
      #expect(!passes(host, isUnsafe: false), "\(host ?? "none")")
    }
    #expect(Authority("127.0.0.1:1")?.isLoopback == true)
    #expect(Authority("[::1]")?.isLoopback == true)
    #expect(Authority("127.evil.example")?.isLoopback == false)
    #expect(Authority("10.0.0.1")?.isLoopback == false)
  }

  @Test("A query knows its keys, each once, and what they are")
  func query() throws {
    let query = try Query("a=1&b=r%C3%A9s+x%2B&c=true&d=-0.5&e", knowing: ["a", "b", "c", "d", "e", "f"])
    #expect(try query.size("a") == 1)
    #expect(query.text("b") == "rés x+")
    #expect(try query.flag("c"))
    #expect(try query.number("d") == -0.5)
    #expect(query.text("e").isEmpty)
    #expect(try query.count("f") == nil)
    #expect(throws: RecognitionError.self) { try query.size("d") }
    #expect(throws: RecognitionError.self) { try query.flag("a") }
    #expect(throws: RecognitionError.self) { try query.number("c") }
    for text in ["g=1", "a=1&a=2", "a=%", "a=%4", "a=%ff", "%ff=1"] {
      #expect(throws: RecognitionError.self, "\(text)") { try Query(text, knowing: ["a"]) }
    }
    #expect(throws: RecognitionError.self) { try Query("a=4294967296", knowing: ["a"]).size("a") }
  }

  @Test("What is wrong with a body is told by its key")
  func bodies() throws {
    func problem(_ json: String) -> String? {
      do { _ = try JobBody.read(.init(json.utf8)) } catch { return (error as? RecognitionError)?.field }
      return nil
    }
    #expect(problem(#"{"spec":{"dataset":"d","configuration":"c","seed":18446744073709551615}}"#) == nil)
    #expect(problem("{") == "body")
    #expect(problem("[]") == "body")
    #expect(problem("{}") == "spec")
    #expect(problem(#"{"spec":{"dataset":"d"}}"#) == "spec.configuration")
    #expect(problem(#"{"spec":{"dataset":5,"configuration":"c"}}"#) == "spec.dataset")
    #expect(problem(#"{"spec":{"dataset":"d","configuration":"c","seed":-1}}"#) == "spec.seed")
    #expect(problem(#"{"spec":{"dataset":"d","configuration":"c","sed":1}}"#) == "spec.sed")
    let error = RecognitionError(anything: RecognitionError.invalid("spec.base_epoch", "is none"))
    #expect(error.field == "spec.baseEpoch")
    #expect(error.message == "spec.baseEpoch: is none")
  }
}
