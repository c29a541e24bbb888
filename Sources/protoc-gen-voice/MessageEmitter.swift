/// Writes a message: the Swift struct, and its way to and from protobuf-c's struct.
struct MessageEmitter {
  let names: TypeNames

  /// The struct with its nested types.
  func emitStruct(_ message: ProtoMessage, _ out: inout Output) {
    let name = message.fullName.split(separator: ".").last.map(String.init) ?? message.fullName
    out.comment(message.comment, otherwise: name)
    out.block("package struct \(Names.keywords.contains(name) ? "`\(name)`" : name): Message") { out in
      for proto in message.enums { out.emit(proto) }
      for nested in message.messages { emitStruct(nested, &out) }
      for field in message.fields { emitProperty(field, &out) }
      for oneof in message.oneofs { emitOneof(oneof, message, &out) }
      out.line("/// A message with every field at its default.")
      out.line("package init() {}")
    }
  }

  /// The conformances to `CMessage`, of the message and its nested ones.
  func emitConformance(_ message: ProtoMessage, _ out: inout Output) {
    out.line()
    out.block("extension \(names.swift(message.fullName)): CMessage") { out in
      out.line("typealias C = \(Names.cType(message.fullName))")
      out.line()
      out.block("static func cInit(_ pointer: UnsafeMutablePointer<C>)") {
        $0.line("\(Names.cFunctionPrefix(message.fullName))__init(pointer)")
      }
      out.line()
      out.block("init(c: UnsafePointer<C>, _ arena: Arena) throws(MessageError)") { out in
        out.line("self.init()")
        for field in message.fields { emitRead(field, message, &out) }
        for oneof in message.oneofs { emitOneofRead(oneof, message, &out) }
      }
      out.line()
      out.block("func fill(_ c: UnsafeMutablePointer<C>, _ arena: Arena)") { out in
        for field in message.fields { emitWrite(field, message, &out) }
        for oneof in message.oneofs { emitOneofWrite(oneof, message, &out) }
      }
    }
    for nested in message.messages { emitConformance(nested, &out) }
  }

  // ---- Properties ---------------------------------------------------------------------------------------------------

  private func emitProperty(_ field: ProtoField, _ out: inout Output) {
    let (name, type) = (Names.lowerCamel(field.name), swiftType(field.kind))
    let declaration: String
    switch field.shape {
    case .member: return
    case .repeated: declaration = "\(name): [\(type)] = []"
    case .map(let key, let value): declaration = "\(name): [\(swiftType(key)): \(swiftType(value))] = [:]"
    case .optional: declaration = "\(name): \(type)?"
    case .single:
      if case .message = field.kind { declaration = "\(name): \(type)?" } else {
        declaration = "\(name): \(type) = \(zero(field.kind))"
      }
    }
    out.comment(field.comment, otherwise: field.name)
    out.line("package var \(declaration)")
  }

  private func emitOneof(
    _ oneof: (name: String, comment: String, fields: [Int]), _ message: ProtoMessage, _ out: inout Output
  ) {
    let type = Names.upperCamel(oneof.name)
    out.comment(oneof.comment, otherwise: oneof.name)
    out.block("package enum \(type): Hashable, Sendable") { out in
      for field in oneof.fields.map({ message.fields[$0] }) {
        out.comment(field.comment, otherwise: field.name)
        out.line("case \(Names.lowerCamel(field.name))(\(swiftType(field.kind)))")
      }
    }
    out.comment(oneof.comment, otherwise: oneof.name)
    out.line("package var \(Names.lowerCamel(oneof.name)): \(type)?")
  }

  private func swiftType(_ kind: ProtoField.Kind) -> String {
    switch kind {
    case .scalar(let type): type
    case .bool: "Bool"
    case .string: "String"
    case .bytes: "Bytes"
    case .message(let name), .enumeration(let name): names.swift(name)
    }
  }

  private func zero(_ kind: ProtoField.Kind) -> String {
    switch kind {
    case .scalar: "0"
    case .bool: "false"
    case .string: "\"\""
    case .bytes, .message: "\(swiftType(kind))()"
    case .enumeration: "\(swiftType(kind))(rawValue: 0)"
    }
  }
}
