/// What a .proto file declares, as Swift values: the emitters see no C.
struct ProtoFile {
  var name: String
  var package: String
  var messages: [ProtoMessage]
  var enums: [ProtoEnum]
  var services: [ProtoService]
  /// The file's serialized `FileDescriptorProto`, without source positions.
  var descriptor: [UInt8]
}

struct ProtoMessage {
  /// Full name, e.g. `google.rpc.BadRequest.FieldViolation`.
  var fullName: String
  var comment: String
  var fields: [ProtoField]
  /// Names of the real oneofs (those of proto3 `optional` are left out), with their fields' indices.
  var oneofs: [(name: String, comment: String, fields: [Int])]
  var messages: [ProtoMessage]
  var enums: [ProtoEnum]
  var isMapEntry: Bool
}

struct ProtoField {
  enum Kind {
    case scalar(String)
    case bool
    case string
    case bytes
    case message(String)
    case enumeration(String)
  }
  enum Shape {
    case single
    /// Of proto3 `optional`; the name is that of the synthetic oneof.
    case optional(String)
    case repeated
    case map(key: Kind, value: Kind)
    /// A member of a real oneof.
    case member(oneof: String)
  }
  var name: String
  var number: Int
  var comment: String
  var kind: Kind
  var shape: Shape
}

struct ProtoEnum {
  var fullName: String
  var comment: String
  var values: [(name: String, number: Int, comment: String)]
}

struct ProtoService {
  var fullName: String
  var comment: String
  var methods: [ProtoMethod]
}

struct ProtoMethod {
  var name: String
  var comment: String
  var input: String
  var output: String
  var clientStreaming: Bool
  var serverStreaming: Bool
}

/// Why no code can be generated.
struct GeneratorError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
