internal import CDescriptor
internal import CProtobufC

/// protobuf-c 1.4 refuses proto3 `optional`. Without the flag the synthetic oneof is a plain one: the wire is the same.
enum DescriptorFilter {
  static func clearingProto3Optional(in input: [UInt8]) throws -> [UInt8] {
    guard let set = google__protobuf__file_descriptor_set__unpack(nil, input.count, input) else {
      throw GeneratorError("standard input holds no FileDescriptorSet: make one with protoc -o")
    }
    defer { google__protobuf__file_descriptor_set__free_unpacked(set, nil) }
    for file in list(set.pointee.n_file, set.pointee.file) {
      for message in list(file.pointee.n_message_type, file.pointee.message_type) { clear(message) }
    }
    var bytes = [UInt8](repeating: 0, count: google__protobuf__file_descriptor_set__get_packed_size(set))
    _ = google__protobuf__file_descriptor_set__pack(set, &bytes)
    return bytes
  }

  private static func clear(_ message: UnsafeMutablePointer<Google__Protobuf__DescriptorProto>) {
    for field in list(message.pointee.n_field, message.pointee.field) {
      field.pointee.has_proto3_optional = 0
      field.pointee.proto3_optional = 0
    }
    for nested in list(message.pointee.n_nested_type, message.pointee.nested_type) { clear(nested) }
  }
}
