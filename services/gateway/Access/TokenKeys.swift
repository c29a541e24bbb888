internal import FoundationEssentials
internal import JWTKit
internal import Logging
internal import Synchronization
internal import VoiceConcurrency
internal import VoiceRecognition

/// What a JSON Web Token has to say (`access` of the gateway's configuration).
struct TokenSettings: Sendable {
  /// The file of the keys that tokens are signed with, a JSON Web Key Set (RFC 7517).
  let file: String
  /// Who must have made it; nil for whoever has a key of the file.
  let issuer: String?
  /// Whom it must be for; nil for anybody.
  let audience: String?
}

/// Lets in by JSON Web Tokens that others sign, and reads their keys again when the file of them changes.
final class TokenKeys: Sendable {
  private struct Loaded: Sendable {
    let keys: JWTKeyCollection
    let text: Data
  }

  private let settings: TokenSettings
  private let log: Logger
  private let loaded: Mutex<Loaded>

  /// Reads the keys. Throws a `RecognitionError` that names the file.
  init(_ settings: TokenSettings, log: Logger) async throws {
    (self.settings, self.log) = (settings, log)
    loaded = Mutex(try await Self.load(settings.file, Self.read(settings.file)))
  }

  /// Looks at the file every few seconds until the task is cancelled; one that is of no use leaves the keys as they
  /// are.
  func watch(every interval: Duration = .seconds(2)) async {
    while (try? await Task.sleep(for: interval)) != nil {
      do {
        let text = try await read()
        guard text != loaded.withLock({ $0.text }) else { continue }
        let newer = try await Self.load(settings.file, text)
        loaded.withLock { $0 = newer }
        log.notice("the keys of tokens were read again", metadata: ["file": "\(settings.file)"])
      } catch { log.error("the keys of tokens stay as they were", metadata: ["error": "\(error)"]) }
    }
  }

  /// The file's bytes, read on a thread of their own: a file may be far away.
  private func read() async throws -> Data {
    try await withCheckedThrowingContinuation { continuation in
      _ = WorkerThread(name: "jwks") { [file = settings.file] in
        continuation.resume(with: Result { try Self.read(file) })
      }
    }
  }

  private static func read(_ file: String) throws -> Data {
    do { return try Data(contentsOf: URL(filePath: file)) } catch {
      throw RecognitionError.invalid(
        "access.jwks_file", "\(file) cannot be read: is it there, and may this user read it?")
    }
  }

  private static func load(_ file: String, _ text: Data) async throws -> Loaded {
    do {
      let keys = try await JWTKeyCollection().add(jwksJSON: String(decoding: text, as: UTF8.self))
      return Loaded(keys: keys, text: text)
    } catch {
      throw RecognitionError.invalid("access.jwks_file", "\(file) is no JSON Web Key Set that can be used: \(error)")
    }
  }

  /// What the owner of a token may do, as a key that is kept nowhere. Throws `unauthenticated` for one that is not
  /// right.
  func key(of token: String) async throws -> AccessKey {
    let claims: Claims
    do { claims = try await loaded.withLock { $0.keys }.verify(token, as: Claims.self) } catch {
      throw Self.refusal("its signature is of none of the keys, or it is damaged, has expired or begins later")
    }
    if let issuer = settings.issuer, claims.iss != issuer { throw Self.refusal("it is not of \(issuer)") }
    if let audience = settings.audience, claims.aud?.values.contains(audience) != true {
      throw Self.refusal("it is not for \(audience)")
    }
    let scopes = (claims.scope ?? "").split(separator: " ").compactMap { AccessScope(rawValue: String($0)) }
    let end = claims.exp.value.timeIntervalSince1970
    return AccessKey(
      id: "", name: claims.sub ?? "a token", tenant: try claims.tenant.map { try TenantName($0) }, scopes: Set(scopes),
      limits: AccessLimits(), salt: [], digest: [], createTime: Timestamp(microseconds: 0),
      expireTime: Timestamp(microseconds: Int64(min(max(end, 0), 1e11) * 1e6)), revokeTime: nil, lastUseTime: nil)
  }

  private static func refusal(_ reason: String) -> RecognitionError {
    RecognitionError(
      .unauthenticated, reason: "TOKEN_REFUSED", "the token is not taken: \(reason). Ask who made it for another")
  }

  /// The claims that are looked at.
  private struct Claims: JWTPayload {
    /// "aud" is one name or a list of names.
    struct Audience: Codable, Sendable {
      let values: [String]

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(String.self) { values = [one] } else {
          values = try container.decode([String].self)
        }
      }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
      }
    }

    let exp: ExpirationClaim
    let nbf: NotBeforeClaim?
    let iss: String?
    let aud: Audience?
    let sub: String?
    let scope: String?
    let tenant: String?

    func verify(using algorithm: some JWTAlgorithm) async throws {
      try exp.verifyNotExpired()
      try nbf?.verifyNotBefore()
    }
  }
}
