internal import CDescriptor
internal import CProtobufC
internal import Glibc

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
