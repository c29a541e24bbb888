// Reading and filling protobuf-c's structs. There a repeated field `x` has its count in `n_x`, a oneof `y` its case in
// `y_case`, a map is repeated entries, and field names are in lower case.
extension MessageEmitter {
  func emitRead(_ field: ProtoField, _ message: ProtoMessage, _ out: inout Output) {
    let (name, c) = ("self.\(Names.lowerCamel(field.name))", "c.pointee.\(field.name.lowercased())")
    let count = "c.pointee.n_\(field.name.lowercased())"
    switch field.shape {
    case .member: break
    case .repeated:
      if case .scalar = field.kind {
        out.line("\(name) = arena.scalars(\(c), \(count))")
      } else {
        out.line("\(name) = try arena.elements(\(c), \(count)) { (e) throws(MessageError) in \(get("e", field.kind)) }")
      }
    case .map(let key, let value):
      out.block("for index in 0..<\(count)") { out in
        out.line("guard let entry = \(c)[index] else { continue }")
        out.line("\(name)[\(get("entry.pointee.key", key))] = \(get("entry.pointee.value", value))")
      }
    case .optional(let oneof):
      out.block("if c.pointee.\(oneof.lowercased())_case.rawValue == \(field.number)") {
        $0.line("\(name) = \(get(c, field.kind))")
      }
    case .single:
      if case .message = field.kind { out.line("\(name) = try arena.optional(\(c))") } else {
        out.line("\(name) = \(get(c, field.kind))")
      }
    }
  }

  func emitOneofRead(
    _ oneof: (name: String, comment: String, fields: [Int]), _ message: ProtoMessage, _ out: inout Output
  ) {
    out.block("switch c.pointee.\(oneof.name.lowercased())_case.rawValue") { out in
      for field in oneof.fields.map({ message.fields[$0] }) {
        let value = get("c.pointee.\(field.name.lowercased())", field.kind)
        let member = ".\(Names.lowerCamel(field.name))(\(value))"
        out.line("case \(field.number): self.\(Names.lowerCamel(oneof.name)) = \(member)")
      }
      out.line("default: break")
    }
  }

  func emitWrite(_ field: ProtoField, _ message: ProtoMessage, _ out: inout Output) {
    let (name, c) = ("self.\(Names.lowerCamel(field.name))", "c.pointee.\(field.name.lowercased())")
    let count = "c.pointee.n_\(field.name.lowercased())"
    switch field.shape {
    case .member: break
    case .repeated:
      if case .scalar = field.kind { out.line("(\(count), \(c)) = arena.scalars(\(name))") } else {
        out.line("(\(count), \(c)) = arena.elements(\(name)) { \(put("$0", field.kind)) }")
      }
    case .map(let key, let value):
      guard case .message(let entry) = field.kind else { break }
      // In the order of the keys, so that equal messages have equal bytes.
      let entries = if case .bool = key { "Array(\(name))" } else { "\(name).sorted { $0.key < $1.key }" }
      out.block("(\(count), \(c)) = arena.elements(\(entries))") { out in
        out.line("let entry: UnsafeMutablePointer<\(Names.cType(entry))> = arena.array(1)")
        out.line("\(Names.cFunctionPrefix(entry))__init(entry)")
        out.line("entry.pointee.key = \(put("$0.key", key))")
        out.line("entry.pointee.value = \(put("$0.value", value))")
        out.line("return entry")
      }
    case .optional(let oneof):
      out.block("if let value = \(name)") { out in
        out.line("c.pointee.\(oneof.lowercased())_case = .init(rawValue: \(field.number))")
        out.line("\(c) = \(put("value", field.kind))")
      }
    case .single:
      if case .message = field.kind { out.line("\(c) = \(name).map { arena.message($0) }") } else {
        out.line("\(c) = \(put(name, field.kind))")
      }
    }
  }

  func emitOneofWrite(
    _ oneof: (name: String, comment: String, fields: [Int]), _ message: ProtoMessage, _ out: inout Output
  ) {
    out.block("switch self.\(Names.lowerCamel(oneof.name))") { out in
      for field in oneof.fields.map({ message.fields[$0] }) {
        out.line("case .\(Names.lowerCamel(field.name))(let value):")
        out.line("  c.pointee.\(oneof.name.lowercased())_case = .init(rawValue: \(field.number))")
        out.line("  c.pointee.\(field.name.lowercased()) = \(put("value", field.kind))")
      }
      out.line("case nil: break")
    }
  }

  private func get(_ c: String, _ kind: ProtoField.Kind) -> String {
    switch kind {
    case .scalar: c
    case .bool: "\(c) != 0"
    case .string: "try arena.string(\(c))"
    case .bytes: "arena.bytes(\(c))"
    case .message: "try arena.message(\(c))"
    case .enumeration(let name): "\(names.swift(name))(rawValue: .init(truncatingIfNeeded: \(c).rawValue))"
    }
  }

  private func put(_ value: String, _ kind: ProtoField.Kind) -> String {
    switch kind {
    case .scalar: value
    case .bool: "\(value) ? 1 : 0"
    case .string: "arena.string(\(value))"
    case .bytes: "arena.bytes(\(value))"
    case .message: "arena.message(\(value))"
    case .enumeration(let name): "\(Names.cType(name))(rawValue: .init(truncatingIfNeeded: \(value).rawValue))"
    }
  }
}
