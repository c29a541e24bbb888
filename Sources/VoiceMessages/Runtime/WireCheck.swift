internal import CProtobufC
internal import Glibc

/// Refuses strings with the character NUL before protobuf-c sees them: as C strings they would end there silently.
///
/// Walks the wire form by the descriptors, without memory of its own. What is malformed is left for protobuf-c to
/// refuse.
enum WireCheck {
  static func checkStrings(
    _ bytes: UnsafeRawBufferPointer, of descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(MessageError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let tag = varint(&rest) else { return }
      switch tag & 7 {
      case 0: _ = varint(&rest)
      case 1: rest = rest.dropFirst(8)
      case 5: rest = rest.dropFirst(4)
      case 2:
        guard let length = varint(&rest), length <= UInt64(rest.count) else { return }
        let content = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        let number = UInt32(truncatingIfNeeded: tag >> 3)
        guard let field = protobuf_c_message_descriptor_get_field(descriptor, number) else { continue }
        try check(UnsafeRawBufferPointer(rebasing: content), of: field.pointee)
      default: return
      }
    }
  }

  private static func check(
    _ content: UnsafeRawBufferPointer, of field: ProtobufCFieldDescriptor
  ) throws(MessageError) {
    switch field.type {
    case PROTOBUF_C_TYPE_STRING:
      if let start = content.baseAddress, memchr(start, 0, content.count) != nil { throw .embeddedNUL }
    case PROTOBUF_C_TYPE_MESSAGE:
      let inner = field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
      try checkStrings(content, of: inner)
    default: break
    }
  }

  private static func varint(_ rest: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    var (value, shift) = (UInt64(0), UInt64(0))
    while let byte = rest.popFirst(), shift < 64 {
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
