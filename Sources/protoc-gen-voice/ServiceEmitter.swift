extension Output {
  /// The methods of a service as values.
  mutating func emit(_ service: ProtoService, _ names: TypeNames) {
    let name = service.fullName.split(separator: ".").last.map(String.init) ?? service.fullName
    comment(service.comment, otherwise: name)
    block("package enum \(name)") { out in
      out.line("/// Full name of the service.")
      out.line("package static let name = \"\(service.fullName)\"")
      for method in service.methods {
        let kind =
          switch (method.clientStreaming, method.serverStreaming) {
          case (false, false): "Unary"
          case (false, true): "ServerStreaming"
          case (true, false): "ClientStreaming"
          case (true, true): "Bidirectional"
          }
        let types = "<\(names.swift(method.input)), \(names.swift(method.output))>"
        out.comment(method.comment, otherwise: method.name)
        out.line("package static let \(Names.lowerCamel(Names.snake(method.name))) = \(kind)Method\(types)(")
        out.line("  \"/\(service.fullName)/\(method.name)\")")
      }
    }
  }
}
