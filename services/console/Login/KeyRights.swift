internal import FoundationEssentials
internal import VoiceRecognition

/// Whose a key is and what it is good for.
struct KeyRights: Sendable, Hashable {
  /// The identifier of an API key; empty for a token.
  let id: String
  let name: String
  let tenant: String
  let scopes: Set<AccessScope>
  let expireTime: Date?

  /// Those of an API key. Throws `unauthenticated` for one that was revoked.
  init(_ key: AccessKey) throws(RecognitionError) {
    (id, name, tenant, scopes) = (key.id, key.name, key.tenant?.value ?? "", key.scopes)
    expireTime = key.expireTime.map { Date(timeIntervalSince1970: Double($0.microseconds) / 1e6) }
    guard key.revokeTime == nil else {
      throw RecognitionError(
        .unauthenticated, reason: "KEY_REVOKED",
        "the key '\(key.name)' was revoked: ask whoever runs the gateway for another")
    }
  }

  /// Those that a JSON Web Token claims, whose signature the gateway has found to be right; nil for what is no token.
  init?(token: String) {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var text = String(parts[1]).replacing("-", with: "+").replacing("_", with: "/")
    text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: text), let claims = try? JSONDecoder().decode(Claims.self, from: data) else {
      return nil
    }
    (id, name, tenant) = ("", claims.sub ?? "a token", claims.tenant ?? "")
    scopes = Set((claims.scope ?? "").split(separator: " ").compactMap { AccessScope(rawValue: String($0)) })
    expireTime = Date(timeIntervalSince1970: claims.exp)
  }

  /// Who the audit log says it was: in the words of the gateway.
  var caller: Caller { Caller("key:\(id) \(name)", tenant: tenant) }

  /// Throws `unauthenticated` for what has expired.
  func checkGood(now: Date = Date()) throws(RecognitionError) {
    guard let expireTime, expireTime <= now else { return }
    throw RecognitionError(
      .unauthenticated, reason: "KEY_EXPIRED",
      "the key '\(name)' has expired: ask whoever runs the gateway for another")
  }

  private struct Claims: Decodable {
    let exp: Double
    let sub: String?
    let scope: String?
    let tenant: String?
  }
}
