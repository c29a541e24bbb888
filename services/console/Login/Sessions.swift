internal import Logging
internal import Synchronization
internal import VoiceRecognition

/// Who is signed in. Keys are in memory only: when the console ends, everybody is signed out.
final class Sessions: Sendable {
  private struct Entry {
    let key: String
    var rights: KeyRights
    let begin: ContinuousClock.Instant
    var lastUse: ContinuousClock.Instant
    /// When the key was last known to be good.
    var confirmed: ContinuousClock.Instant
  }

  /// How long a key is taken to be as it was: as long as the gateway does.
  static let confirmation = Duration.seconds(5)

  private let settings: LoginSettings
  private let check: KeyCheck
  private let log: Logger
  private let entries = Mutex<[Session: Entry]>([:])

  init(_ settings: LoginSettings, check: KeyCheck, log: Logger) {
    (self.settings, self.check, self.log) = (settings, check, log)
  }

  /// Signs the owner of a key in. Throws `unauthenticated`, the same for whatever is wrong with the key.
  func open(key: String) async throws -> Visitor {
    let visitor = add(key: key, try await check.rights(of: key))
    log.notice("signed in", metadata: ["caller": "\(visitor.rights.caller.name)"])
    return visitor
  }

  /// Begins a session of a key that was found to be good.
  func add(key: String, _ rights: KeyRights, now: ContinuousClock.Instant = .now) -> Visitor {
    let session = Session()
    entries.withLock { entries in
      entries = entries.filter { isGood($0.value, now) }
      if entries.count >= settings.maximum, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key {
        entries[oldest] = nil
      }
      entries[session] = Entry(key: key, rights: rights, begin: now, lastUse: now, confirmed: now)
    }
    return Visitor(session: session, key: key, rights: rights, sessions: self)
  }

  /// The owner of a session, which is used; nil when there is none any more.
  func visitor(_ session: Session, now: ContinuousClock.Instant = .now) -> Visitor? {
    let entry = entries.withLock { entries -> Entry? in
      guard let entry = entries[session], isGood(entry, now) else {
        entries[session] = nil
        return nil
      }
      entries[session]?.lastUse = now
      return entry
    }
    return entry.map { Visitor(session: session, key: $0.key, rights: $0.rights, sessions: self) }
  }

  /// What the key of a session is good for now; the session is not used by it. Throws `unauthenticated` when it has
  /// ended, and ends it when the key is good no more.
  func confirm(_ session: Session, now: ContinuousClock.Instant = .now) async throws -> KeyRights {
    guard let entry = entries.withLock({ $0[session] }), isGood(entry, now) else { throw Self.notSignedIn }
    guard now - entry.confirmed >= Self.confirmation else { return entry.rights }
    do {
      let rights = try await check.renewed(entry.key)
      entries.withLock { entries in
        entries[session]?.rights = rights
        entries[session]?.confirmed = now
      }
      return rights
    } catch let error as RecognitionError where error.code == .unauthenticated {
      end(session)
      throw error
    }
  }

  /// Signs out.
  func end(_ session: Session) {
    guard let entry = entries.withLock({ $0.removeValue(forKey: session) }) else { return }
    log.notice("signed out", metadata: ["caller": "\(entry.rights.caller.name)"])
  }

  private func isGood(_ entry: Entry, _ now: ContinuousClock.Instant) -> Bool {
    now - entry.lastUse < settings.idle && now - entry.begin < settings.length
  }

  static let notSignedIn = RecognitionError(
    .unauthenticated, reason: "NOT_SIGNED_IN", "nobody is signed in, or not any more: sign in with a key")
}
