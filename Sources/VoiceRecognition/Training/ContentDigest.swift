internal import Crypto

/// Sums up a content while it passes.
package struct ContentDigest: Sendable {
  private var hash = SHA256()
  /// Bytes that have passed.
  package private(set) var count = 0

  /// Nothing has passed yet.
  package init() {}

  /// The next bytes.
  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    count += bytes.count
  }

  /// The sum of all that has passed.
  package var value: ContentHash { ContentHash(digest: hash.finalize()) }
}
