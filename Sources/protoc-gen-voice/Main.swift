internal import CDescriptor
internal import CProtobufC
internal import Glibc

// A protoc plugin that turns .proto files into Swift values over protobuf-c, and a filter that prepares them for
// protobuf-c's own plugin. See Protos/generate.sh.
@main
struct Main {
  static func main() {
    do {
      if CommandLine.arguments.dropFirst().first == "--clear-proto3-optional" {
        try writeOutput(DescriptorFilter.clearingProto3Optional(in: readInput()))
      } else {
        try writeOutput(Plugin.run(readInput()))
      }
    } catch {
      let message = Array("protoc-gen-voice: \(error)\n".utf8)
      _ = write(STDERR_FILENO, message, message.count)
      exit(1)
    }
  }

  private static func readInput() throws -> [UInt8] {
    var input: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0 { throw GeneratorError("standard input cannot be read: errno \(errno)") }
      if count == 0 { return input }
      input += chunk[..<count]
    }
  }

  private static func writeOutput(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress.unsafelyUnwrapped + done, $0.count - done) }
      if count < 0 { throw GeneratorError("standard output cannot be written: errno \(errno)") }
      done += count
    }
  }
}

/// protoc's request in, its answer out.
enum Plugin {
  static func run(_ input: [UInt8]) throws -> [UInt8] {
    guard let request = google__protobuf__compiler__code_generator_request__unpack(nil, input.count, input) else {
      throw GeneratorError("standard input holds no CodeGeneratorRequest: protoc runs this program")
    }
    defer { google__protobuf__compiler__code_generator_request__free_unpacked(request, nil) }
    let files = try list(request.pointee.n_proto_file, request.pointee.proto_file).map { try SchemaReader($0).read() }
    return response(try FileEmitter(files: files).outputs())
  }

  private static func response(_ outputs: [(name: String, content: String)]) -> [UInt8] {
    var response = Google__Protobuf__Compiler__CodeGeneratorResponse()
    google__protobuf__compiler__code_generator_response__init(&response)
    response.has_supported_features = 1
    response.supported_features = 1  // FEATURE_PROTO3_OPTIONAL
    typealias File = Google__Protobuf__Compiler__CodeGeneratorResponse__File
    let files = UnsafeMutableBufferPointer<UnsafeMutablePointer<File>?>.allocate(capacity: outputs.count)
    for (index, output) in outputs.enumerated() {
      let file = UnsafeMutablePointer<File>.allocate(capacity: 1)
      google__protobuf__compiler__code_generator_response__file__init(file)
      file.pointee.name = strdup(output.name)
      file.pointee.content = strdup(output.content)
      files[index] = file
    }
    response.n_file = outputs.count
    response.file = files.baseAddress
    // The process ends after this answer; the system takes the memory back.
    let size = google__protobuf__compiler__code_generator_response__get_packed_size(&response)
    var bytes = [UInt8](repeating: 0, count: size)
    _ = google__protobuf__compiler__code_generator_response__pack(&response, &bytes)
    return bytes
  }
}

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
