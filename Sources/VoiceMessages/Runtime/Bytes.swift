internal import Glibc

/// Immutable bytes with shared ownership: a view into a received message, or memory of their own.
package struct Bytes: @unchecked Sendable {  // immutable once made, and the owner keeps the memory
  let owner: AnyObject?
  let start: UnsafeRawPointer?
  /// Number of bytes.
  package let count: Int

  /// No bytes.
  package init() {
    owner = nil
    start = nil
    count = 0
  }

  /// A view of memory that `owner` keeps.
  init(owner: AnyObject, start: UnsafeRawPointer, count: Int) {
    self.owner = owner
    self.start = start
    self.count = count
  }

  /// A copy of the bytes.
  package init(_ bytes: some Collection<UInt8>) {
    let block = Block(count: bytes.count)
    UnsafeMutableRawBufferPointer(start: block.memory, count: block.count).copyBytes(from: bytes)
    self.init(owner: block, start: UnsafeRawPointer(block.memory), count: block.count)
  }

  /// Calls `body` with the memory of the bytes, which is valid for the call only.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(owner) {} }
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// The bytes as an array of their own.
  package var array: [UInt8] { withUnsafeBytes { Array($0) } }
}

extension Bytes: Hashable {
  package static func == (left: Bytes, right: Bytes) -> Bool {
    guard left.count == right.count, let a = left.start, let b = right.start else { return left.count == right.count }
    return withExtendedLifetime((left.owner, right.owner)) { memcmp(a, b, left.count) == 0 }
  }
  package func hash(into hasher: inout Hasher) { withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension Bytes: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: UInt8...) { self.init(elements) }
}

/// Memory of its own for `Bytes`.
private final class Block {
  let memory: UnsafeMutableRawPointer
  let count: Int

  init(count: Int) {
    self.count = count
    memory = .allocate(byteCount: max(1, count), alignment: 16)
  }
  deinit { memory.deallocate() }
}
