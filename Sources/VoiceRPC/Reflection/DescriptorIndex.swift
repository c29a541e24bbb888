internal import VoiceMessages

/// The `.proto` files of this package as serialized `google.protobuf.FileDescriptorProto`, by name and by what they
/// declare.
struct DescriptorIndex: Sendable {
  private struct File {
    let bytes: [UInt8]
    let imports: [String]
  }

  private var files: [String: File] = [:]
  private var fileOfSymbol: [String: String] = [:]

  /// Everything there is.
  static let all = DescriptorIndex(FileDescriptors.all.map { $0.bytes })

  /// Numbers of the fields of descriptor.proto that name something.
  private enum Number {
    static let name = 1
    enum File {
      static let package = 2, dependency = 3, message = 4, enumeration = 5, service = 6, extensions = 7
    }
    enum Message {
      static let field = 2, nested = 3, enumeration = 4, extensions = 6, oneof = 8
    }
    /// Of an enum its values, of a service its methods.
    static let member = 2
  }

  init(_ descriptors: [[UInt8]]) {
    for descriptor in descriptors { add(descriptor) }
  }

  /// The file of this name and, after it, all that it imports; nil when there is none.
  func files(startingWith name: String) -> [[UInt8]]? {
    guard files[name] != nil else { return nil }
    var ordered: [[UInt8]] = []
    var seen: Set<String> = []
    func visit(_ name: String) {
      guard let file = files[name], seen.insert(name).inserted else { return }
      ordered.append(file.bytes)
      for imported in file.imports { visit(imported) }
    }
    visit(name)
    return ordered
  }

  /// Name of the file that declares the symbol: a service, method, message, field, enum or value by its full name.
  func file(declaring symbol: String) -> String? {
    fileOfSymbol[symbol.hasPrefix(".") ? String(symbol.dropFirst()) : symbol]
  }

  private mutating func add(_ descriptor: [UInt8]) {
    let fields = Array(WireReader(descriptor[...]))
    func text(_ number: Int) -> String { fields.first { $0.number == number }?.text ?? "" }
    let name = text(Number.name)
    let scope = text(Number.File.package)
    files[name] = File(
      bytes: descriptor, imports: fields.filter { $0.number == Number.File.dependency }.map(\.text))
    for field in fields {
      switch field.number {
      case Number.File.message: addMessage(field.bytes, in: scope, of: name)
      case Number.File.enumeration: addEnumeration(field.bytes, in: scope, of: name)
      case Number.File.service: addService(field.bytes, in: scope, of: name)
      case Number.File.extensions: addName(field.bytes, in: scope, of: name)
      default: break
      }
    }
  }

  private mutating func addMessage(_ message: ArraySlice<UInt8>, in scope: String, of file: String) {
    let inner = addName(message, in: scope, of: file)
    for field in WireReader(message) {
      switch field.number {
      case Number.Message.field, Number.Message.oneof, Number.Message.extensions:
        addName(field.bytes, in: inner, of: file)
      case Number.Message.nested: addMessage(field.bytes, in: inner, of: file)
      case Number.Message.enumeration: addEnumeration(field.bytes, in: inner, of: file)
      default: break
      }
    }
  }

  private mutating func addService(_ service: ArraySlice<UInt8>, in scope: String, of file: String) {
    let inner = addName(service, in: scope, of: file)
    for field in WireReader(service) where field.number == Number.member { addName(field.bytes, in: inner, of: file) }
  }

  /// The values of an enum are named beside it, not in it.
  private mutating func addEnumeration(_ type: ArraySlice<UInt8>, in scope: String, of file: String) {
    addName(type, in: scope, of: file)
    for field in WireReader(type) where field.number == Number.member { addName(field.bytes, in: scope, of: file) }
  }

  /// Adds what the descriptor names; returns its full name.
  @discardableResult
  private mutating func addName(_ descriptor: ArraySlice<UInt8>, in scope: String, of file: String) -> String {
    let name = WireReader(descriptor).first { $0.number == Number.name }?.text ?? ""
    let full = scope.isEmpty ? name : "\(scope).\(name)"
    fileOfSymbol[full] = file
    return full
  }
}
