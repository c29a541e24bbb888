/// How protobuf names read in Swift and in protobuf-c's C.
enum Names {
  /// `voiceprint.types.v1` → `TypesV1`, `grpc.health.v1` → `GRPCHealthV1`, `google.rpc` → `GoogleRPC`,
  /// `opentelemetry.proto.trace.v1` → `OTLPTraceV1`.
  static func namespace(ofPackage package: String) -> String {
    var parts = package.split(separator: ".").map(String.init)
    if parts.first == "voiceprint" { parts.removeFirst() }
    if parts.starts(with: ["opentelemetry", "proto"]) { parts.replaceSubrange(0..<2, with: ["OTLP"]) }
    return parts.map { part in
      switch part {
      case "grpc", "rpc": part.uppercased()
      case "v1alpha": "V1Alpha"
      default: part.prefix(1).uppercased() + part.dropFirst()
      }
    }.joined()
  }

  /// `text_like_this` → `TextLikeThis`, as protobuf-c's ToCamel.
  static func upperCamel(_ name: String) -> String {
    var (result, upper) = ("", true)
    for letter in name {
      if letter == "_" { upper = true } else {
        result += upper ? letter.uppercased() : String(letter)
        upper = false
      }
    }
    return result
  }

  /// `text_like_this` → `textLikeThis`, escaped where Swift keeps the word for itself.
  static func lowerCamel(_ name: String) -> String {
    let camel = upperCamel(name)
    let result = camel.prefix(1).lowercased() + camel.dropFirst()
    return keywords.contains(result) ? "`\(result)`" : result
  }

  /// `DECISION_ACCEPTED` of `Decision` → `accepted`.
  static func enumCase(_ value: String, of enumName: String) -> String {
    let prefix = snake(enumName) + "_"
    let lower = value.lowercased()
    return lowerCamel(lower.hasPrefix(prefix) ? String(lower.dropFirst(prefix.count)) : lower)
  }

  /// `EchoRequest` → `echo_request`, as protobuf-c's CamelToLower.
  static func snake(_ name: String) -> String {
    var (result, wasUpper) = ("", true)
    for letter in name {
      if letter.isUppercase, !wasUpper { result += "_" }
      wasUpper = letter.isUppercase
      result += letter.lowercased()
    }
    return result
  }

  /// `google.rpc.BadRequest` → `Google__Rpc__BadRequest`.
  static func cType(_ fullName: String) -> String {
    fullName.split(separator: ".").map { upperCamel(String($0)) }.joined(separator: "__")
  }

  /// `google.rpc.BadRequest` → `google__rpc__bad_request`.
  static func cFunctionPrefix(_ fullName: String) -> String {
    fullName.split(separator: ".").map { snake(String($0)) }.joined(separator: "__")
  }

  static let keywords: Set<String> = [
    "Any", "Self", "Type", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "for", "func", "guard", "if", "import", "in",
    "init", "inout", "internal", "is", "let", "nil", "operator", "package", "protocol", "public", "repeat", "rethrows",
    "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
  ]
}

/// Finds the Swift name of a message or enum of any file.
struct TypeNames {
  private let packages: [String]

  init(_ files: [ProtoFile]) {
    // The longest package first, so that `a.b` is not taken for the package of `a.b.c.Message`.
    packages = Set(files.map(\.package)).sorted { ($0.count, $0) > ($1.count, $1) }
  }

  /// `google.rpc.BadRequest.FieldViolation` → `GoogleRPC.BadRequest.FieldViolation`.
  func swift(_ fullName: String) -> String {
    guard let package = packages.first(where: { fullName.hasPrefix($0 + ".") }) else { return fullName }
    let parts = fullName.dropFirst(package.count + 1).split(separator: ".").map(String.init)
    let escaped = parts.map { Names.keywords.contains($0) ? "`\($0)`" : $0 }
    return ([Names.namespace(ofPackage: package)] + escaped).joined(separator: ".")
  }
}
