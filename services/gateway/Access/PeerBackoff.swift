internal import Synchronization
internal import VoiceRecognition

/// Makes those wait who show wrong keys, by their address: each wrong one beyond the first few twice as long.
final class PeerBackoff: Sendable {
  private struct Peer {
    var failures = 0
    var last: ContinuousClock.Instant
    var until: ContinuousClock.Instant
  }

  /// Wrong keys that cost nothing: somebody may mistype one.
  private static let free = 5
  private static let longest: Duration = .seconds(60)
  /// After so long without a wrong key all is forgotten.
  private static let memory: Duration = .seconds(600)
  /// Addresses that are remembered at once.
  private static let maximum = 10_000

  private let peers = Mutex<[String: Peer]>([:])

  /// Throws `resourceExhausted` while the peer has to wait.
  func check(_ peer: String, now: ContinuousClock.Instant = .now) throws(RecognitionError) {
    guard let until = peers.withLock({ $0[Self.host(peer)]?.until }), until > now else { return }
    throw RecognitionError(
      .resourceExhausted, reason: "WRONG_KEYS",
      "too many wrong keys came from this address: wait as RetryInfo says, and see that the key is right",
      retryAfter: until - now)
  }

  /// Counts a wrong key.
  func countWrong(_ peer: String, now: ContinuousClock.Instant = .now) {
    peers.withLock { peers in
      if peers.count >= Self.maximum { peers = peers.filter { now - $0.value.last < Self.memory } }
      // So many at once are no mistakes of people: to forget them costs less than to run out of memory.
      if peers.count >= Self.maximum { peers = [:] }
      let host = Self.host(peer)
      var known = peers[host] ?? Peer(last: now, until: now)
      if now - known.last >= Self.memory { known.failures = 0 }
      known.failures += 1
      known.last = now
      let beyond = known.failures - Self.free
      if beyond > 0 { known.until = now + min(Self.longest, .seconds(1 << min(beyond - 1, 16))) }
      peers[host] = known
    }
  }

  /// Forgets wrong keys of a peer that has shown a right one.
  func countRight(_ peer: String) { peers.withLock { $0[Self.host(peer)] = nil } }

  /// The address without the port, which is another one for each connection.
  static func host(_ peer: String) -> String {
    guard let colon = peer.lastIndex(of: ":"), !peer.hasPrefix("unix") else { return peer }
    return String(peer[..<colon])
  }
}
