internal import CDescriptor
internal import CProtobufC

typealias FileDescriptor = UnsafeMutablePointer<Google__Protobuf__FileDescriptorProto>
private typealias MessageDescriptor = UnsafeMutablePointer<Google__Protobuf__DescriptorProto>
private typealias FieldDescriptor = UnsafeMutablePointer<Google__Protobuf__FieldDescriptorProto>
private typealias EnumDescriptor = UnsafeMutablePointer<Google__Protobuf__EnumDescriptorProto>

/// Reads descriptors, as protoc hands them over, into the schema.
struct SchemaReader {
  private let file: FileDescriptor
  private let comments: [[Int32]: String]

  init(_ file: FileDescriptor) {
    self.file = file
    comments = Self.comments(of: file)
  }

  func read() throws -> ProtoFile {
    let package = text(file.pointee.package)
    let prefix = package.isEmpty ? "" : package + "."
    let messages = try list(file.pointee.n_message_type, file.pointee.message_type).enumerated().map {
      try message($0.element, prefix, path: [4, Int32($0.offset)])
    }
    let enums = list(file.pointee.n_enum_type, file.pointee.enum_type).enumerated().map {
      enumeration($0.element, prefix, path: [5, Int32($0.offset)])
    }
    return ProtoFile(
      name: text(file.pointee.name), package: package, messages: messages, enums: enums, services: services(prefix),
      descriptor: serializedWithoutPositions())
  }

  private func message(_ raw: MessageDescriptor, _ prefix: String, path: [Int32]) throws -> ProtoMessage {
    let fullName = prefix + text(raw.pointee.name)
    let nested = try list(raw.pointee.n_nested_type, raw.pointee.nested_type).enumerated().map {
      try message($0.element, fullName + ".", path: path + [3, Int32($0.offset)])
    }
    let oneofNames = list(raw.pointee.n_oneof_decl, raw.pointee.oneof_decl).map { text($0.pointee.name) }
    let rawFields = list(raw.pointee.n_field, raw.pointee.field)
    let fields = try rawFields.enumerated().map { index, field in
      ProtoField(
        name: text(field.pointee.name), number: Int(field.pointee.number),
        comment: comments[path + [2, Int32(index)]] ?? "", kind: try kind(field),
        shape: try shape(field, oneofNames, nested))
    }
    let oneofs = oneofNames.enumerated().compactMap { index, name -> (name: String, comment: String, fields: [Int])? in
      let members = fields.indices.filter { if case .member(name) = fields[$0].shape { true } else { false } }
      return members.isEmpty ? nil : (name, comments[path + [8, Int32(index)]] ?? "", members)
    }
    return ProtoMessage(
      fullName: fullName, comment: comments[path] ?? "", fields: fields, oneofs: oneofs,
      messages: nested.filter { !$0.isMapEntry },
      enums: list(raw.pointee.n_enum_type, raw.pointee.enum_type).enumerated().map {
        enumeration($0.element, fullName + ".", path: path + [4, Int32($0.offset)])
      },
      isMapEntry: raw.pointee.options?.pointee.map_entry == 1)
  }

  private func shape(
    _ field: FieldDescriptor, _ oneofs: [String], _ nested: [ProtoMessage]
  ) throws -> ProtoField.Shape {
    if field.pointee.label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED {
      let typeName = String(text(field.pointee.type_name).drop { $0 == "." })
      guard let entry = nested.first(where: { $0.isMapEntry && $0.fullName == typeName }) else { return .repeated }
      return .map(key: entry.fields[0].kind, value: entry.fields[1].kind)
    }
    guard field.pointee.has_oneof_index != 0 else { return .single }
    let name = oneofs[Int(field.pointee.oneof_index)]
    return field.pointee.proto3_optional != 0 ? .optional(name) : .member(oneof: name)
  }

  private func kind(_ field: FieldDescriptor) throws -> ProtoField.Kind {
    let typeName = String(text(field.pointee.type_name).drop { $0 == "." })
    switch field.pointee.type {
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_DOUBLE: return .scalar("Double")
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_FLOAT: return .scalar("Float")
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_INT64,
      GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_SINT64,
      GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_SFIXED64:
      return .scalar("Int64")
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_UINT64,
      GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_FIXED64:
      return .scalar("UInt64")
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_INT32,
      GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_SINT32,
      GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_SFIXED32:
      return .scalar("Int32")
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_UINT32,
      GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_FIXED32:
      return .scalar("UInt32")
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BOOL: return .bool
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING: return .string
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES: return .bytes
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE: return .message(typeName)
    case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_ENUM: return .enumeration(typeName)
    default:
      throw GeneratorError("\(text(file.pointee.name)): field '\(text(field.pointee.name))' is a proto2 group")
    }
  }

  private func enumeration(_ raw: EnumDescriptor, _ prefix: String, path: [Int32]) -> ProtoEnum {
    let values = list(raw.pointee.n_value, raw.pointee.value).enumerated().map { index, value in
      (text(value.pointee.name), Int(value.pointee.number), comments[path + [2, Int32(index)]] ?? "")
    }
    return ProtoEnum(fullName: prefix + text(raw.pointee.name), comment: comments[path] ?? "", values: values)
  }

  private func services(_ prefix: String) -> [ProtoService] {
    list(file.pointee.n_service, file.pointee.service).enumerated().map { index, service in
      let path: [Int32] = [6, Int32(index)]
      let methods = list(service.pointee.n_method, service.pointee.method).enumerated().map { index, method in
        ProtoMethod(
          name: text(method.pointee.name), comment: comments[path + [2, Int32(index)]] ?? "",
          input: String(text(method.pointee.input_type).drop { $0 == "." }),
          output: String(text(method.pointee.output_type).drop { $0 == "." }),
          clientStreaming: method.pointee.client_streaming != 0,
          serverStreaming: method.pointee.server_streaming != 0)
      }
      return ProtoService(
        fullName: prefix + text(service.pointee.name), comment: comments[path] ?? "", methods: methods)
    }
  }

  /// Comments by their place in the file (`SourceCodeInfo.Location.path`).
  private static func comments(of file: FileDescriptor) -> [[Int32]: String] {
    guard let info = file.pointee.source_code_info else { return [:] }
    var comments: [[Int32]: String] = [:]
    for location in list(info.pointee.n_location, info.pointee.location) {
      let comment = text(location.pointee.leading_comments)
      if comment.isEmpty { continue }
      comments[Array(UnsafeBufferPointer(start: location.pointee.path, count: location.pointee.n_path))] = comment
    }
    return comments
  }

  private func serializedWithoutPositions() -> [UInt8] {
    let info = file.pointee.source_code_info
    file.pointee.source_code_info = nil
    defer { file.pointee.source_code_info = info }
    var bytes = [UInt8](repeating: 0, count: google__protobuf__file_descriptor_proto__get_packed_size(file))
    _ = google__protobuf__file_descriptor_proto__pack(file, &bytes)
    return bytes
  }
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

func list<T>(
  _ count: Int, _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<T>?>?
) -> [UnsafeMutablePointer<T>] {
  (0..<count).compactMap { pointer?[$0] }
}
