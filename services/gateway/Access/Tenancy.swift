internal import VoiceRecognition

/// How the collections of a tenant are called inside: its name, U+241F, and what the tenant calls them. So each tenant
/// has names of its own, and what is another's is not there for it, in the same way as what nobody has.
struct Tenancy: Sendable {
  /// That of the call which is being handled.
  static var current: Tenancy { Tenancy(tenant: KeyHolder.current?.key.tenant) }

  /// Nil for the one who runs the cluster.
  let tenant: TenantName?

  private var prefix: String { tenant.map { "\($0)\(TenantName.separator)" } ?? "" }

  /// The inner name of a collection. Throws `invalidArgument` for a name that holds the separator, or is too long.
  func inside(_ name: CollectionName) throws(RecognitionError) -> CollectionName {
    guard !name.value.unicodeScalars.contains(TenantName.separator) else {
      throw .invalid("collection", "holds the forbidden character U+241F")
    }
    return try CollectionName(prefix + name.value)
  }

  /// What the tenant calls a collection of an inner name.
  func outside(_ name: CollectionName) throws(RecognitionError) -> CollectionName {
    // By scalars: what follows the separator may combine with it to one character.
    let (scalars, prefix) = (name.value.unicodeScalars, prefix.unicodeScalars)
    guard scalars.starts(with: prefix) else {
      throw RecognitionError(.internal, reason: "REGISTRY_ANSWER", "the registry answered with what was not asked for")
    }
    return try CollectionName(String(String.UnicodeScalarView(scalars.dropFirst(prefix.count))))
  }

  /// An error of the registry in the tenant's own words.
  func outside(_ error: RecognitionError) -> RecognitionError {
    guard tenant != nil else { return error }
    var told = error
    told.message = removingPrefix(error.message)
    told.metadata = error.metadata.mapValues(removingPrefix)
    return told
  }

  private func removingPrefix(_ text: String) -> String {
    let prefix = Array(prefix.utf8)
    var (kept, rest) = ([UInt8](), Array(text.utf8)[...])
    while let first = rest.first {
      if rest.starts(with: prefix) { rest = rest.dropFirst(prefix.count) } else {
        kept.append(first)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
