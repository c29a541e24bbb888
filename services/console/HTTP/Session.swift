internal import Hummingbird

/// Who is who: a random number in a cookie. It says whose live streams are whose, and where people sign in, who did.
struct Session: Sendable, Hashable {
  private static let cookie = "session"

  /// 64 hexadecimal digits.
  let value: String

  /// A new one.
  init() { value = RandomID.make(bits: 256) }

  /// The one that a request carries; nil without a whole one.
  init?(_ request: Request) {
    guard let value = request.cookies[Self.cookie]?.value, RandomID.isWhole(value, bits: 256) else { return nil }
    self.value = value
  }

  /// What sets it in the answer to a request. A browser keeps `Secure` cookies of plaintext for itself: where nothing
  /// but this machine is on the way, and the console speaks no TLS, it is left out.
  func field(for request: Request, hasTLS: Bool) -> String {
    let isLoopback = request.head.authority.flatMap { Authority($0) }?.isLoopback ?? false
    return "\(Self.cookie)=\(value); Path=/; HttpOnly; SameSite=Strict" + (isLoopback && !hasTLS ? "" : "; Secure")
  }

  /// What has a browser forget it.
  static let forgetting = "\(cookie)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
}

/// Numbers that nobody guesses.
enum RandomID {
  /// Random bits, a multiple of 64, in hexadecimal digits.
  static func make(bits: Int = 128) -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<bits / 64).map { _ in
      let digits = String(random.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  static func isWhole(_ text: String, bits: Int) -> Bool {
    text.utf8.count == bits / 4 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
