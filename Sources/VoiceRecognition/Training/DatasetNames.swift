/// Name of a data set: letters, digits, `.`, `_`, `+` and `-`, at most 128.
package struct DatasetName: Sendable, Hashable, CustomStringConvertible {
  /// The name.
  package let value: String

  /// Checks a name from outside. Throws `invalidArgument` naming `field`.
  package init(_ value: String, field: String = "name") throws(RecognitionError) {
    guard (try? EpochName(value)) != nil else {  // the same rule, in this field's words
      throw .invalid(field, "is not the name of a data set (letters, digits, '.', '_', '+', '-'; at most 128)")
    }
    self.value = value
  }
  package var description: String { value }
}

/// Path of a file inside a data set, which cannot lead out of it: names parted by `/`, none of them empty, `.` or `..`.
package struct DatasetPath: Sendable, Hashable, CustomStringConvertible, Comparable {
  /// The path.
  package let value: String

  /// Checks a path from outside. Throws `invalidArgument` naming `field`.
  package init(_ value: String, field: String = "path") throws(RecognitionError) {
    self.value = try NameRule.check(value, field: field, maximum: 1024)
    for name in value.split(separator: "/", omittingEmptySubsequences: false) {
      guard !name.isEmpty, name != ".", name != ".." else {
        throw .invalid(field, "'\(value)' leads out of the data set or has an empty part: use names parted by '/'")
      }
      // The kernel's limit for a name.
      guard name.utf8.count <= 255 else { throw .invalid(field, "'\(value)' holds a name of more than 255 bytes") }
    }
  }
  package var description: String { value }
  /// By their bytes, the same on every machine.
  package static func < (left: Self, right: Self) -> Bool {
    left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
  }

  /// The folders above it, the nearest first.
  package var folders: [String] {
    var folders: [String] = []
    var rest = value[...]
    while let slash = rest.lastIndex(of: "/") {
      rest = rest[..<slash]
      folders.append(String(rest))
    }
    return folders
  }
}

/// SHA-256 of a content, 64 lower-case hexadecimal digits.
package struct ContentHash: Sendable, Hashable, CustomStringConvertible {
  /// The digits.
  package let value: String

  /// Checks a sum from outside. Throws `invalidArgument` naming `field`.
  package init(_ value: String, field: String = "sha256") throws(RecognitionError) {
    let isDigit = { (byte: UInt8) in (48...57).contains(byte) || (97...102).contains(byte) }
    guard value.utf8.count == 64, value.utf8.allSatisfy(isDigit) else {
      throw .invalid(field, "is no SHA-256 (64 lower-case hexadecimal digits)")
    }
    self.value = value
  }

  init(digest: some Sequence<UInt8>) {
    let digits = Array("0123456789abcdef")
    value = String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
  package var description: String { value }
}
