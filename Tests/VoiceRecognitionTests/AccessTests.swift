import Testing
import VoiceRecognition

@Suite("Keys")
struct AccessTests {
  @Test("A token is what it says, and another secret, salt or id is not it")
  func tokens() throws {
    let token = AccessToken()
    let (salt, other) = (AccessToken.salt(), AccessToken.salt())
    let digest = token.digest(salt: salt)
    #expect(salt != other && digest.count == 32)
    let read = try #require(AccessToken(token.text))
    #expect(read.id == token.id && read.matches(salt: salt, digest: digest))
    #expect(!read.matches(salt: other, digest: digest))
    #expect(!read.matches(salt: salt, digest: Array(digest.dropLast())))
    #expect(!AccessToken().matches(salt: salt, digest: digest))
    #expect(Set((0..<100).map { _ in AccessToken().text }).count == 100)
  }

  @Test("What is no token is none")
  func noTokens() {
    let text = AccessToken().text
    let wrong = [
      "", "vp_", "vp__", String(text.dropLast()), text + "0", text.uppercased(), "xx" + text.dropFirst(2),
      text.replacing("_", with: "-"), String(text.dropLast()) + "g", String(text.dropLast()) + "é", text + "\n",
    ]
    for text in wrong { #expect(AccessToken(text) == nil, "\(text)") }
  }

  @Test("A key needs a name and a scope, a tenant a name that cannot be mistaken")
  func keys() throws {
    #expect(throws: RecognitionError.self) {
      try AccessKey(for: AccessToken(), name: "", tenant: nil, scopes: [.train])
    }
    #expect(throws: RecognitionError.self) { try AccessKey(for: AccessToken(), name: "a", tenant: nil, scopes: []) }
    #expect(try TenantName("acme-2").value == "acme-2")
    for name in ["", "Acme", "a\u{241F}b", "a b", "é", String(repeating: "a", count: 33)] {
      #expect(throws: RecognitionError.self) { try TenantName(name) }
    }
  }
}
