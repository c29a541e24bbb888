/// Refuses messages that contain themselves: protobuf-c unpacks them without a limit of depth.
struct RecursionCheck {
  private var parts: [String: [String]] = [:]

  init(_ files: [ProtoFile]) { for file in files { for message in file.messages { add(message) } } }

  private mutating func add(_ message: ProtoMessage) {
    parts[message.fullName] = message.fields.flatMap { field -> [String] in
      switch (field.shape, field.kind) {
      case (.map(_, .message(let name)), _), (_, .message(let name)): [name]
      default: []
      }
    }
    for nested in message.messages { add(nested) }
  }

  func check() throws { for name in parts.keys.sorted() { try visit(name, []) } }

  private func visit(_ name: String, _ path: [String]) throws {
    guard !path.contains(name) else {
      throw GeneratorError("message '\(name)' contains itself (\((path + [name]).joined(separator: " → ")))")
    }
    for part in parts[name] ?? [] { try visit(part, path + [name]) }
  }
}
