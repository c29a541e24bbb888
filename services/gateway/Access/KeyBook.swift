internal import FoundationEssentials
internal import Logging
internal import Synchronization
internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// Keys as the registry knows them, each kept for a short time: what is revoked is refused when that is over.
final class KeyBook: Sendable {
  /// A key that was looked up.
  struct Entry: Sendable {
    let key: AccessKey
    let speakers: Int
    let usage: KeyUsage
    let lookedUp: ContinuousClock.Instant
    /// When it was last written down that the key is used.
    var marked: ContinuousClock.Instant?
  }

  private typealias Service = RegistryV1.AccessService

  /// Keys that are kept at once; more than any gateway sees within their time.
  private static let maximum = 10_000

  private let registry: Upstream
  private let cacheTime: Duration
  private let log: Logger
  private let entries = Mutex<[String: Entry]>([:])

  init(registry: Upstream, cacheTime: Duration, log: Logger) {
    (self.registry, self.cacheTime, self.log) = (registry, cacheTime, log)
  }

  /// A key that was looked up lately.
  func known(_ id: String, now: ContinuousClock.Instant = .now) -> Entry? {
    entries.withLock { $0[id] }.flatMap { now - $0.lookedUp < cacheTime ? $0 : nil }
  }

  /// A key that was looked up at any time and is still kept: good for telling its owner from others, and for nothing
  /// else, as it may have been revoked since.
  func remembered(_ id: String) -> Entry? { entries.withLock { $0[id] } }

  /// A key; nil where there is none. Throws `RecognitionError` when it cannot be looked up.
  func find(_ id: String) async throws -> Entry? {
    if let known = known(id) { return known }
    do {
      let answer = try await registry.call(Service.getKey, .with { $0.keyId = id })
      return keep(try AccessKey(answer.key ?? .init()), speakers: Int(clamping: answer.tenantSpeakers))
    } catch let error as RecognitionError where error.code == .notFound {
      entries.withLock { $0[id] = nil }
      return nil
    }
  }

  private func keep(_ key: AccessKey, speakers: Int) -> Entry {
    entries.withLock { entries in
      if entries.count >= Self.maximum {
        let now = ContinuousClock.now
        entries = entries.filter { now - $0.value.lookedUp < cacheTime }
        if entries.count >= Self.maximum { entries = [:] }
      }
      let older = entries[key.id]
      let entry = Entry(
        key: key, speakers: speakers, usage: older?.usage ?? KeyUsage(), lookedUp: .now, marked: older?.marked)
      entry.usage.apply(key.limits)
      entries[key.id] = entry
      return entry
    }
  }

  /// Has it written down that a key is used, once a minute.
  func markUsed(_ id: String) async {
    let now = ContinuousClock.now
    let isDue = entries.withLock { entries in
      guard let entry = entries[id], entry.marked.map({ now - $0 >= .seconds(60) }) ?? true else { return false }
      entries[id]?.marked = now
      return true
    }
    guard isDue else { return }
    do { _ = try await registry.call(Service.markKeyUsed, .with { $0.keyId = id }) } catch {
      // The call itself does not fail for it: the next minute has it written down.
      log.debug("the use of a key was not written down", metadata: ["key": "\(id)", "error": "\(error)"])
    }
  }

  /// Throws `unauthenticated` for a key that was revoked or has expired.
  static func checkGood(_ key: AccessKey, now: Date = Date()) throws(RecognitionError) {
    if key.revokeTime != nil {
      throw RecognitionError(
        .unauthenticated, reason: "KEY_REVOKED",
        "the key '\(key.name)' was revoked: ask whoever runs the gateway for another")
    }
    if let end = key.expireTime, Double(end.microseconds) / 1e6 <= now.timeIntervalSince1970 {
      throw RecognitionError(
        .unauthenticated, reason: "KEY_EXPIRED",
        "the key '\(key.name)' has expired: ask whoever runs the gateway for another")
    }
  }

  /// The same for a key that there is not and a secret that is wrong.
  static let unknown = RecognitionError(
    .unauthenticated, reason: "KEY_UNKNOWN",
    "this key is not known here: see that it is whole, vp_ID_SECRET, or ask whoever runs the gateway for another")
}
