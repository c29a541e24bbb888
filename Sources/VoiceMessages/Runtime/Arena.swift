internal import CProtobufC
internal import Glibc

/// Memory of one message tree: taken in chunks, given back at once, and never more than a limit.
///
/// protobuf-c has no limit of its own: 4 MB of empty submessages would take 269 MB. An allocation over the limit fails,
/// and protobuf-c then fails the unpacking cleanly.
final class Arena: @unchecked Sendable {  // written while one message is read or filled; afterwards it only keeps bytes
  private static let largestChunk = 1 << 20
  private static let largestShared = 4096

  private let limit: Int
  private var chunks: [UnsafeMutableRawPointer] = []
  private var owners: [AnyObject] = []
  private var free: UnsafeMutableRawBufferPointer = .init(start: nil, count: 0)
  private var nextChunk = 512
  private var taken = 0
  /// Whether an allocation was refused for the limit.
  private(set) var isExhausted = false

  init(limit: Int) { self.limit = limit }
  deinit { for chunk in chunks { Glibc.free(chunk) } }

  /// Memory of at least `size` bytes, aligned to 16; nil beyond the limit.
  func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    let need = (size + 15) & ~15
    if need > free.count {
      // A large block has a chunk of its own, so that small ones go on filling the last.
      if need > Self.largestShared { return chunk(of: need) }
      let size = max(need, min(nextChunk, limit - taken))
      guard let start = chunk(of: size) else { return nil }
      nextChunk = min(nextChunk * 2, Self.largestChunk)
      free = .init(start: start, count: size)
    }
    defer { free = .init(rebasing: free[need...]) }
    return free.baseAddress
  }

  private func chunk(of size: Int) -> UnsafeMutableRawPointer? {
    guard size <= limit - taken else {
      isExhausted = true
      return nil
    }
    guard let chunk = malloc(size) else { return nil }
    taken += size
    chunks.append(chunk)
    return chunk
  }

  var allocator: ProtobufCAllocator {
    ProtobufCAllocator(
      alloc: { data, size in
        data.flatMap { Unmanaged<Arena>.fromOpaque($0)._withUnsafeGuaranteedRef { $0.allocate(size) } }
      },
      free: { _, _ in },
      allocator_data: Unmanaged.passUnretained(self).toOpaque())
  }
}

// ---- To C: an arena for filling has no limit, so running out of memory is the end of the process anyway ------------

extension Arena {
  func array<T>(_ count: Int, of type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    guard let memory = allocate(max(1, count) * MemoryLayout<T>.stride) else {
      preconditionFailure("no memory for \(count) × \(MemoryLayout<T>.stride) bytes of a message")
    }
    return memory.bindMemory(to: T.self, capacity: count)
  }

  /// A C string. It cannot hold the character NUL, at which it would end: U+FFFD takes its place.
  func string(_ text: String) -> UnsafeMutablePointer<CChar> {
    var text = text.utf8.contains(0) ? text.replacing("\0", with: "\u{fffd}") : text
    return text.withUTF8 { bytes in
      let copy: UnsafeMutablePointer<CChar> = array(bytes.count + 1)
      bytes.withMemoryRebound(to: CChar.self) { chars in
        if let start = chars.baseAddress { copy.initialize(from: start, count: chars.count) }
      }
      copy[bytes.count] = 0
      return copy
    }
  }

  func scalars<T>(_ values: [T]) -> (Int, UnsafeMutablePointer<T>?) {
    if values.isEmpty { return (0, nil) }
    let copy: UnsafeMutablePointer<T> = array(values.count)
    values.withUnsafeBufferPointer { buffer in
      if let start = buffer.baseAddress { copy.initialize(from: start, count: buffer.count) }
    }
    return (values.count, copy)
  }

  func elements<Value, T>(_ values: [Value], _ convert: (Value) -> T) -> (Int, UnsafeMutablePointer<T>?) {
    if values.isEmpty { return (0, nil) }
    let copy: UnsafeMutablePointer<T> = array(values.count)
    for (index, value) in values.enumerated() { (copy + index).initialize(to: convert(value)) }
    return (values.count, copy)
  }

  func bytes(_ bytes: Bytes) -> ProtobufCBinaryData {
    if let owner = bytes.owner { owners.append(owner) }
    let start = bytes.start?.assumingMemoryBound(to: UInt8.self)
    return ProtobufCBinaryData(len: bytes.count, data: start.map { UnsafeMutablePointer(mutating: $0) })
  }

  func message<M: CMessage>(_ message: M) -> UnsafeMutablePointer<M.C> {
    let pointer: UnsafeMutablePointer<M.C> = array(1)
    M.cInit(pointer)
    message.fill(pointer, self)
    return pointer
  }
}

// ---- From C ---------------------------------------------------------------------------------------------------------

extension Arena {
  func string(_ pointer: UnsafePointer<CChar>?) throws(MessageError) -> String {
    guard let pointer else { return "" }
    guard let text = String(validatingCString: pointer) else { throw .invalidUTF8 }
    return text
  }

  func bytes(_ data: ProtobufCBinaryData) -> Bytes {
    data.len == 0 ? Bytes() : Bytes(owner: self, start: UnsafeRawPointer(data.data), count: data.len)
  }

  func scalars<T>(_ pointer: UnsafeMutablePointer<T>?, _ count: Int) -> [T] {
    Array(UnsafeBufferPointer(start: pointer, count: count))
  }

  func elements<T, Value>(
    _ pointer: UnsafeMutablePointer<T>?, _ count: Int, _ convert: (T) throws(MessageError) -> Value
  ) throws(MessageError) -> [Value] {
    guard let pointer, count > 0 else { return [] }
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count { values.append(try convert(pointer[index])) }
    return values
  }

  func message<M: CMessage>(_ pointer: UnsafeMutablePointer<M.C>?, as type: M.Type = M.self) throws(MessageError) -> M {
    guard let pointer else { return M() }
    return try M(c: pointer, self)
  }

  func optional<M: CMessage>(_ pointer: UnsafeMutablePointer<M.C>?) throws(MessageError) -> M? {
    guard let pointer else { return nil }
    return try M(c: pointer, self)
  }
}
