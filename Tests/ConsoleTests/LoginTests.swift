import FoundationEssentials
import Hummingbird
import Logging
import Testing
import VoiceConfiguration
import VoiceRecognition
@testable import voiceprint_console

@Suite("Who is signed in")
struct LoginTests {
  private static let targets = "upstreams: {gateway: 'ipv4:127.0.0.1:1', registry: 'ipv4:127.0.0.1:1'}"

  private func sessions(_ login: String) throws -> Sessions {
    let configuration = ConsoleConfiguration(
      try ConfigurationNode.parse("\(Self.targets)\nlogin: {\(login)}", file: "console.yaml"))
    let upstreams = try ConsoleUpstreams(configuration.upstreams)
    return Sessions(configuration.login, check: upstreams.keyCheck, log: Logger(label: "test"))
  }

  private func rights(_ payload: String) -> KeyRights? {
    let text = Data(payload.utf8).base64EncodedString()
    return KeyRights(
      token: "e30.\(text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")).AA")
  }

  @Test("A session ends when it is not used, and in any case after its time")
  func ends() throws {
    let signedIn = try sessions("required: true, idle_minutes: 10, max_hours: 1")
    let (begin, good) = (ContinuousClock.now, try #require(rights(#"{"exp": 4e9}"#)))
    let session = signedIn.add(key: "k", good, now: begin).session
    for minutes in stride(from: 9, to: 60, by: 9) {
      #expect(signedIn.visitor(session, now: begin + .seconds(60 * minutes))?.key == "k")
    }
    #expect(signedIn.visitor(session, now: begin + .seconds(3600)) == nil)
    let idle = signedIn.add(key: "k", good, now: begin).session
    #expect(signedIn.visitor(idle, now: begin + .seconds(599)) != nil)
    #expect(signedIn.visitor(idle, now: begin + .seconds(1199)) == nil)
    #expect(signedIn.visitor(idle, now: begin + .seconds(599)) == nil, "what has ended does not come back")
    #expect(signedIn.visitor(Session(), now: begin) == nil)
  }

  @Test("A key is asked about again after a while, and not before; looking at it is no use of the session")
  func confirmed() async throws {
    let signedIn = try sessions("required: true, idle_minutes: 10")
    let begin = ContinuousClock.now
    let session = signedIn.add(key: "a.b.c", try #require(rights(#"{"exp": 4e9}"#)), now: begin).session
    #expect(try await signedIn.confirm(session, now: begin + .seconds(4)).name == "a token")
    // Nobody is at the gateway's address: who cannot be asked ends no session.
    await #expect { try await signedIn.confirm(session, now: begin + .seconds(6)) } throws: { error in
      (error as? RecognitionError)?.code == .unavailable
    }
    #expect(signedIn.visitor(session, now: begin + .seconds(7)) != nil)
    await #expect { try await signedIn.confirm(session, now: begin + .seconds(3600)) } throws: { error in
      (error as? RecognitionError)?.reason == "NOT_SIGNED_IN"
    }
  }

  @Test("A token's claims")
  func claims() throws {
    let full = try #require(rights(#"{"exp": 1, "sub": "zoë", "scope": "train unheard-of", "tenant": "acme"}"#))
    #expect(full.scopes == [.train] && full.name == "zoë" && full.tenant == "acme")
    #expect(full.caller == Caller("key: zoë", tenant: "acme"))
    #expect(throws: RecognitionError.self) { try full.checkGood() }
    for payload in ["{}", "[]", #"{"exp": "soon"}"#, ""] { #expect(rights(payload) == nil, "\(payload)") }
    for token in ["", "a", "a.b", "a.b.c", "e30.e30.e30.e30"] { #expect(KeyRights(token: token) == nil, "\(token)") }
  }

  @Test("A cookie is Secure but for plain text on this machine, and of 256 bits")
  func cookies() throws {
    func field(_ host: String, hasTLS: Bool) -> String {
      let head = HTTPRequest(method: .get, scheme: nil, authority: host, path: "/")
      return Session().field(for: Request(head: head, body: .init(buffer: ByteBuffer())), hasTLS: hasTLS)
    }
    #expect(!field("127.0.0.1:1", hasTLS: false).contains("Secure"))
    for (host, hasTLS) in [("127.0.0.1:1", true), ("console.example.org", false), ("192.0.2.7", true)] {
      #expect(field(host, hasTLS: hasTLS).hasSuffix("; Path=/; HttpOnly; SameSite=Strict; Secure"))
    }
    #expect(Session().value.utf8.count == 64 && Session() != Session())
  }
}
