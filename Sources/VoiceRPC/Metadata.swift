/// What travels with a call beside its messages: keys with values, in order; a key may occur more than once.
///
/// A key is lower case (`a-z 0-9 - _ .`); keys that end in "-bin" hold bytes, the others printable ASCII. What breaks
/// this is refused when it is sent. Keys with the prefix "grpc-" belong to gRPC.
package struct Metadata: Sendable, Hashable {
  /// A key and its value.
  package struct Entry: Sendable, Hashable {
    /// In lower case.
    package let key: String
    /// Text as UTF-8, or the bytes of a "-bin" key.
    package let value: [UInt8]
  }

  /// All pairs in order.
  package private(set) var entries: [Entry] = []

  /// Nothing.
  package init() {}

  /// The first value of the key as text; setting it replaces all values of the key, nil removes them.
  package subscript(_ key: String) -> String? {
    get { bytes(key).map { String(decoding: $0, as: UTF8.self) } }
    set {
      removeAll(key)
      if let newValue { add(key, newValue) }
    }
  }

  /// All values of the key as text.
  package func all(_ key: String) -> [String] {
    entries.filter { $0.key == key.lowercased() }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// The first value of a "-bin" key.
  package func bytes(_ key: String) -> [UInt8]? { entries.first { $0.key == key.lowercased() }?.value }

  /// Appends a value to what the key has.
  package mutating func add(_ key: String, _ value: String) { append(key: key.lowercased(), value: Array(value.utf8)) }

  /// Appends bytes to what the "-bin" key has.
  package mutating func add(_ key: String, bytes: [UInt8]) { append(key: key.lowercased(), value: bytes) }

  /// Appends all pairs of another one.
  package mutating func add(contentsOf other: Metadata) { entries += other.entries }

  /// Removes all values of the key.
  package mutating func removeAll(_ key: String) { entries.removeAll { $0.key == key.lowercased() } }

  mutating func append(key: String, value: [UInt8]) { entries.append(Entry(key: key, value: value)) }
}

extension Metadata: ExpressibleByDictionaryLiteral {
  /// Text values by key.
  package init(dictionaryLiteral elements: (String, String)...) {
    for (key, value) in elements { add(key, value) }
  }
}

extension Metadata {
  /// Refuses, as `INVALID_ARGUMENT` that names the key, what the core would fail the whole batch for.
  func validate() throws(RPCError) {
    for entry in entries {
      guard Self.isLegal(key: entry.key) else {
        throw RPCError(.invalidArgument, "the metadata key \"\(entry.key)\" is not one of a-z 0-9 - _ . or is reserved")
      }
      guard entry.key.hasSuffix("-bin") || entry.value.allSatisfy({ (0x20...0x7e).contains($0) }) else {
        throw RPCError(
          .invalidArgument, "the metadata value of \"\(entry.key)\" is not printable ASCII: use a -bin key")
      }
    }
  }

  /// Without what `validate` refuses.
  var withoutIllegalEntries: Metadata {
    var legal = Metadata()
    for entry in entries {
      var single = Metadata()
      single.append(key: entry.key, value: entry.value)
      if (try? single.validate()) != nil { legal.add(contentsOf: single) }
    }
    return legal
  }

  private static func isLegal(key: String) -> Bool {
    !key.isEmpty && !key.hasPrefix("grpc-")
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
      }
  }
}
