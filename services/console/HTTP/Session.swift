internal import Hummingbird

/// Whose live streams are whose: a random number in a cookie.
struct Session: Sendable, Hashable {
  private static let cookie = "session"

  /// 32 hexadecimal digits.
  let value: String

  /// A new one.
  init() { value = RandomID.make() }

  /// The one that a request carries; nil without a whole one.
  init?(_ request: Request) {
    guard let value = request.cookies[Self.cookie]?.value, RandomID.isWhole(value) else { return nil }
    self.value = value
  }

  /// What sets it. A browser keeps `Secure` cookies of plaintext for itself: where nothing but this machine is on the
  /// way, it is left out.
  func field(isLoopback: Bool) -> String {
    "\(Self.cookie)=\(value); Path=/; HttpOnly; SameSite=Strict" + (isLoopback ? "" : "; Secure")
  }
}

/// Numbers that nobody guesses.
enum RandomID {
  /// 128 random bits in 32 hexadecimal digits.
  static func make() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(random.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  static func isWhole(_ text: String) -> Bool {
    text.utf8.count == 32 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
