internal import CVoiceProtos

/// The protocol's own description, for server reflection.
package enum FileDescriptors {
  /// Every .proto file and the serialized `google.protobuf.FileDescriptorProto` of it.
  package static let all: [(name: String, bytes: [UInt8])] = {
    let table = UnsafeBufferPointer(start: voice_file_descriptor_table(), count: Int(voice_file_descriptor_count))
    return table.map { file in
      (String(cString: file.name), Array(UnsafeBufferPointer(start: file.bytes, count: Int(file.size))))
    }
  }()
}
