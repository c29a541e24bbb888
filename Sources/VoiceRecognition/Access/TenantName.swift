/// Whose a key and its collections are: 1 to 32 small letters, digits and `-`.
package struct TenantName: Sendable, Hashable, CustomStringConvertible {
  /// The name.
  package let value: String

  /// Checks a name from outside. Throws `invalidArgument` naming `field`.
  package init(_ value: String, field: String = "tenant") throws(RecognitionError) {
    let isRight = value.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
      default: false
      }
    }
    guard isRight, (1...32).contains(value.utf8.count) else {
      throw .invalid(field, "is not the name of a tenant (small letters, digits and '-', at most 32)")
    }
    self.value = value
  }

  /// What stands between a tenant and the name that it gave a collection, U+241F. No name of a caller may hold it.
  package static let separator: Unicode.Scalar = "\u{241F}"
  package var description: String { value }
}
