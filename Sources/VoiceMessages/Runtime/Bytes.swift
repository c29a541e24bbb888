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
  package init(_ bytes: some Sequence<UInt8>) {
    let block = Block(Array(bytes))
    owner = block
    start = UnsafeRawPointer(block.memory)
    count = block.count
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
    left.withUnsafeBytes { a in right.withUnsafeBytes { b in a.elementsEqual(b) } }
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

  init(_ bytes: [UInt8]) {
    count = bytes.count
    memory = .allocate(byteCount: max(1, bytes.count), alignment: 16)
    bytes.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: $0.count) }
  }
  deinit { memory.deallocate() }
}
