/// Why bytes could not be read as a message.
package enum MessageError: Error, Sendable, Hashable {
  /// The bytes are not the wire form of the message.
  case malformed
  /// Unpacking the bytes would take more memory than the limit.
  case exceedsMemoryLimit
  /// A string holds bytes that are not UTF-8.
  case invalidUTF8
  /// A string holds the character NUL, which the C form cannot carry.
  case embeddedNUL
}

/// A protobuf message as a Swift value.
package protocol Message: Sendable, Hashable {
  /// A message with every field at its default.
  init()

  /// Reads the wire form. Throws `MessageError`.
  ///
  /// Unpacking takes at most `memoryLimit` bytes, whatever the wire says, and the message itself as much again or less.
  init(serialized bytes: UnsafeRawBufferPointer, memoryLimit: Int) throws(MessageError)

  /// Hands out the size of the wire form in bytes and a function that writes it into memory of that size.
  func withSerialized<Result: ~Copyable>(
    _ body: (_ size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) throws -> Result
  ) rethrows -> Result
}

extension Message {
  /// Memory that unpacking may take unless the caller says otherwise, in bytes.
  package static var standardMemoryLimit: Int { 256 << 20 }

  /// Reads the wire form. Throws `MessageError`.
  package init(serialized bytes: [UInt8]) throws(MessageError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(MessageError) in try Self(serialized: buffer, memoryLimit: Self.standardMemoryLimit) }
    }
    self = try result.get()
  }

  /// The wire form.
  package func serialized() -> [UInt8] {
    withSerialized { size, write in
      [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        write(UnsafeMutableRawBufferPointer(buffer))
        count = size
      }
    }
  }

  /// A message made in a closure.
  package static func with(_ body: (inout Self) throws -> Void) rethrows -> Self {
    var message = Self()
    try body(&message)
    return message
  }
}
