import Testing
import VoiceRecognition
@testable import voiceprint_gateway

@Suite("Limits of keys")
struct LimitTests {
  private let begin = ContinuousClock.now

  @Test("A bucket gives its capacity at once, then its rate, and says how long to wait")
  func bucket() throws {
    var bucket = TokenBucket(capacity: 2, rate: 0.5, now: begin)
    #expect(bucket.take(1, minimum: 1, now: begin) == nil)
    #expect(bucket.take(1, minimum: 1, now: begin) == nil)
    #expect(bucket.take(1, minimum: 1, now: begin) == .seconds(2))
    #expect(bucket.take(1, minimum: 1, now: begin + .seconds(1)) == .seconds(1))
    #expect(bucket.take(1, minimum: 1, now: begin + .seconds(2)) == nil)
    // It never holds more than its capacity, and a clock that goes back gives nothing.
    #expect(bucket.take(2, minimum: 2, now: begin + .seconds(3600)) == nil)
    #expect(bucket.take(1, minimum: 1, now: begin) == .seconds(2))
  }

  @Test("What is taken beyond what is there is owed")
  func debt() {
    var bucket = TokenBucket(capacity: 10, rate: 1, now: begin)
    #expect(bucket.take(25, minimum: 0.5, now: begin) == nil)
    #expect(bucket.take(1, minimum: 0.5, now: begin) == .seconds(15.5))
  }

  @Test("Limits hold over looking the key up again, and new ones replace them")
  func applied() throws {
    let usage = KeyUsage()
    let limits = AccessLimits(callsPerSecond: 1, burst: 1, speakers: 3)
    usage.apply(limits, now: begin)
    try usage.admitCall(now: begin)
    usage.apply(limits, now: begin)
    #expect(throws: RecognitionError.self) { try usage.admitCall(now: begin) }
    usage.countEnrolled()
    #expect(!usage.hasAllSpeakers(of: 1) && usage.hasAllSpeakers(of: 2))
    usage.apply(AccessLimits(), now: begin)
    for _ in 0..<100 { try usage.admitCall(now: begin) }
    #expect(!usage.hasAllSpeakers(of: 1_000_000))
  }

  @Test("The first wrong keys cost nothing, further ones twice as long each, up to a minute; a right one mends all")
  func backoff() throws {
    let backoff = PeerBackoff()
    var now = begin
    for _ in 0..<5 {
      try backoff.check("ipv4:10.0.0.1:1", now: now)
      backoff.countWrong("ipv4:10.0.0.1:1", now: now)
    }
    try backoff.check("ipv4:10.0.0.1:1", now: now)
    for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
      // From another port: it is the same address.
      backoff.countWrong("ipv4:10.0.0.1:2", now: now)
      let error = #expect(throws: RecognitionError.self) { try backoff.check("ipv4:10.0.0.1:3", now: now) }
      #expect(error?.retryAfter == .seconds(expected))
      try backoff.check("ipv4:10.0.0.2:1", now: now)
      now += .seconds(expected)
      try backoff.check("ipv4:10.0.0.1:1", now: now)
    }
    backoff.countWrong("ipv4:10.0.0.1:2", now: now)
    backoff.countRight("ipv4:10.0.0.1:4")
    try backoff.check("ipv4:10.0.0.1:1", now: now)
  }
}

@Suite("Names of tenants' collections")
struct TenancyTests {
  @Test("Inner names lead back, and what combines with the separator does too")
  func names() throws {
    let tenancy = Tenancy(tenant: try TenantName("acme"))
    for name in ["staff", "\u{301}x", "\u{200D}", "acme", "会議"] {
      let inner = try tenancy.inside(CollectionName(name))
      #expect(Array(inner.value.unicodeScalars) == Array("acme\u{241F}\(name)".unicodeScalars))
      #expect(try tenancy.outside(inner).value.unicodeScalars.elementsEqual(name.unicodeScalars))
    }
    #expect(throws: RecognitionError.self) { try tenancy.inside(CollectionName("umbra\u{241F}x")) }
    #expect(throws: RecognitionError.self) { try tenancy.outside(CollectionName("umbra\u{241F}x")) }
    #expect(throws: RecognitionError.self) { try tenancy.outside(CollectionName("acme")) }
  }

  @Test("Who has no tenant has names as they are, but none of a tenant's")
  func nobody() throws {
    let tenancy = Tenancy(tenant: nil)
    #expect(try tenancy.inside(CollectionName("staff")).value == "staff")
    for name in ["acme\u{241F}staff", "\u{241F}", "a\u{241F}\u{301}"] {
      #expect(throws: RecognitionError.self) { try tenancy.inside(CollectionName(name)) }
    }
  }

  @Test("Errors are told in the tenant's words")
  func errors() throws {
    let inner = RecognitionError.invalid("collection", "'acme\u{241F}\u{301}a' and acme\u{241F}b")
    let told = Tenancy(tenant: try TenantName("acme")).outside(inner)
    #expect(told.message.unicodeScalars.elementsEqual("collection: '\u{301}a' and b".unicodeScalars))
  }
}
