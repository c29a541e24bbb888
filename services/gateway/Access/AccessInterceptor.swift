internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// Lets calls in by the key that they bring, `authorization: Bearer vp_ID_SECRET`, and says for whom they are made.
struct AccessInterceptor: ServerInterceptor {
  let isRequired: Bool
  let book: KeyBook
  /// Nil where no tokens are taken.
  var tokens: TokenKeys?
  let backoff = PeerBackoff()

  func intercept(_ context: ServerContext, next: () async throws -> Void) async throws {
    if MethodTable.isOpen(context.method) { return try await next() }
    guard let caller = try await caller(of: context) else { return try await next() }
    try caller.check(context.method)
    try caller.usage.admitCall()
    if caller.book != nil { await book.markUsed(caller.key.id) }
    // What the services behind write down: a name may be another key's tomorrow, an identifier is not.
    let identity = Caller("key:\(caller.key.id) \(caller.key.name)", tenant: caller.key.tenant?.value ?? "")
    try await KeyHolder.$current.withValue(caller) {
      try await Caller.$current.withValue(identity) { try await next() }
    }
  }

  /// Nil for a call without a key, where none is needed. Throws `unauthenticated` without a good one.
  private func caller(of context: ServerContext) async throws -> KeyHolder? {
    guard let shown = context.metadata.all("authorization").first else {
      guard isRequired else { return nil }
      throw RecognitionError(
        .unauthenticated, reason: "KEY_MISSING",
        "this gateway asks for a key: send 'authorization: Bearer vp_ID_SECRET' (--api-key-file or VOICEPRINT_API_KEY "
          + "of the commands); `voiceprint keys create` makes one")
    }
    let bearer = Self.bearer(shown)
    // A JSON Web Token has two dots, and a key none.
    if let tokens, bearer.contains(".") { return try await caller(of: context, token: bearer, tokens) }
    guard let token = AccessToken(bearer) else { throw wrong(context) }
    // Those who were right before need not wait for what others at their address do, a console's say.
    if book.remembered(token.id).map({ Self.matches(token, $0) }) != true { try backoff.check(context.peer) }
    // A key that there is not costs as much as one that there is.
    guard let entry = try await book.find(token.id), Self.matches(token, entry) else { throw wrong(context) }
    try KeyBook.checkGood(entry.key)
    backoff.countRight(context.peer)
    return KeyHolder(key: entry.key, speakers: entry.speakers, usage: entry.usage, book: book)
  }

  private func caller(of context: ServerContext, token: String, _ tokens: TokenKeys) async throws -> KeyHolder {
    do {
      // Nothing is looked up for it: those who are right need not wait for what others at their address do.
      let key = try await tokens.key(of: token)
      backoff.countRight(context.peer)
      return KeyHolder(key: key, speakers: 0, usage: KeyUsage(), book: nil)
    } catch {
      try backoff.check(context.peer)
      backoff.countWrong(context.peer)
      throw error
    }
  }

  private static func matches(_ token: AccessToken, _ entry: KeyBook.Entry) -> Bool {
    token.matches(salt: entry.key.salt, digest: entry.key.digest)
  }

  private func wrong(_ context: ServerContext) -> RecognitionError {
    backoff.countWrong(context.peer)
    return KeyBook.unknown
  }

  private static func bearer(_ value: String) -> String {
    let scheme = "bearer "
    guard value.lowercased().hasPrefix(scheme) else { return value }
    return String(value.dropFirst(scheme.count))
  }
}
