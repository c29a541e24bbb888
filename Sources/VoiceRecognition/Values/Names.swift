/// Checks a name that came from outside: any script, but nothing that a log, a terminal or C would misread.
enum NameRule {
  static func check(_ value: String, field: String, maximum: Int) throws(RecognitionError) -> String {
    if value.isEmpty { throw .invalid(field, "must not be empty") }
    if value.utf8.count > maximum * 4 || value.unicodeScalars.count > maximum {
      throw .invalid(field, "is longer than \(maximum) characters")
    }
    for scalar in value.unicodeScalars where isForbidden(scalar) {
      throw .invalid(field, "holds the forbidden character U+\(hex(scalar.value))")
    }
    return value
  }

  /// Control characters, line and paragraph separators, and what cannot stand in text at all.
  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    default: false
    }
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// Name of a collection: 1 to 128 characters of any script, without control characters.
package struct CollectionName: Sendable, Hashable, CustomStringConvertible {
  /// The name as it was given.
  package let value: String
  /// The collection that is meant when none is named.
  package static let standard = CollectionName(unchecked: "default")

  /// Checks a name from outside. Throws `invalidArgument` naming `field`.
  package init(_ value: String, field: String = "collection") throws(RecognitionError) {
    self.value = try NameRule.check(value, field: field, maximum: 128)
  }
  private init(unchecked value: String) { self.value = value }
  package var description: String { value }
}

/// Identifier of a person in a collection: 1 to 256 characters of any script, without control characters.
package struct SpeakerID: Sendable, Hashable, CustomStringConvertible {
  /// The identifier as it was given.
  package let value: String

  /// Checks an identifier from outside. Throws `invalidArgument` naming `field`.
  package init(_ value: String, field: String = "speaker_id") throws(RecognitionError) {
    self.value = try NameRule.check(value, field: field, maximum: 256)
  }
  package var description: String { value }
}

/// Name of an epoch: letters, digits, `.`, `_`, `+` and `-`, at most 128, as it also names files and metadata.
package struct EpochName: Sendable, Hashable, CustomStringConvertible, Comparable {
  /// The name.
  package let value: String

  /// Checks a name from outside. Throws `invalidArgument` naming `field`.
  package init(_ value: String, field: String = "epoch") throws(RecognitionError) {
    let allowed = value.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, !value.isEmpty, value.utf8.count <= 128, value.utf8.first != UInt8(ascii: ".") else {
      throw .invalid(field, "is not the name of an epoch (letters, digits, '.', '_', '+', '-'; at most 128)")
    }
    self.value = value
  }
  package var description: String { value }
  package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}
