internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// Finds out whether a key is good, and for what: the gateway is asked first, so that its back-off holds here too.
struct KeyCheck: Sendable {
  /// Longer ones are no keys and no tokens.
  static let maximumBytes = 8192

  private let gateway: Upstream
  private let registry: Upstream

  init(gateway: Upstream, registry: Upstream) { (self.gateway, self.registry) = (gateway, registry) }

  /// What a key is good for. Throws the same `unauthenticated` for whatever is wrong with it, and what the gateway says
  /// when it is too busy or wants to be left alone.
  func rights(of key: String) async throws -> KeyRights {
    guard (1...Self.maximumBytes).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw Self.refused
    }
    do {
      try await askGateway(key)
      return try await current(key)
    } catch let error as RecognitionError where error.code == .unauthenticated { throw Self.refused }
  }

  /// What a key is good for that was good before. Throws `unauthenticated` when it is no more.
  func renewed(_ key: String) async throws -> KeyRights {
    if AccessToken(key) == nil { try await askGateway(key) }
    return try await current(key)
  }

  /// Registries know keys; what a token says was made sure by the gateway.
  private func current(_ key: String) async throws -> KeyRights {
    let rights: KeyRights
    if let token = AccessToken(key) {
      do {
        let answer = try await registry.call(RegistryV1.AccessService.getKey, .with { $0.keyId = token.id })
        rights = try KeyRights(try AccessKey(answer.key ?? .init()))
      } catch let error as RecognitionError where error.code == .notFound { throw Self.refused }
    } else {
      guard let claimed = KeyRights(token: key) else { throw Self.refused }
      rights = claimed
    }
    try rights.checkGood()
    return rights
  }

  /// Calls the gateway as the owner of the key. Throws `unauthenticated` unless it knows the key.
  private func askGateway(_ key: String) async throws {
    do {
      _ = try await gateway.showing(key: key).call(
        GatewayV1.GatewayService.listCollections, .with { $0.pageSize = 1 })
    } catch let error as RecognitionError where error.code == .permissionDenied && error.reason == "SCOPE_MISSING" {
      // It is known, and good for something else.
    }
  }

  private static let refused = RecognitionError(
    .unauthenticated, reason: "KEY_REFUSED",
    "this key is not taken: see that it is whole, or ask whoever runs the gateway for another")
}
