extension Output {
  /// An open enum: a value of a newer version stays what it is.
  mutating func emit(_ proto: ProtoEnum) {
    let name = proto.fullName.split(separator: ".").last.map(String.init) ?? proto.fullName
    comment(proto.comment, otherwise: name)
    block("package struct \(name): RawRepresentable, Hashable, Sendable") { out in
      out.line("/// The number on the wire.")
      out.line("package var rawValue: Int32")
      out.line("/// The value of a number, known or not.")
      out.line("package init(rawValue: Int32) { self.rawValue = rawValue }")
      for value in proto.values {
        out.comment(value.comment, otherwise: value.name)
        out.line("package static let \(Names.enumCase(value.name, of: name)) = Self(rawValue: \(value.number))")
      }
    }
  }
}
