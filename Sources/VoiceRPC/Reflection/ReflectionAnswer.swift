/// A question to the reflection service, in whichever version it was asked.
enum ReflectionQuestion {
  case services
  case file(String)
  case fileDeclaring(String)
  case fileExtending(String)
  case extensionNumbers(String)
  case nothing
}

/// What is answered, in whichever version.
enum ReflectionAnswer {
  case services([String])
  case files([[UInt8]])
  case extensionNumbers(String)
  case failure(StatusCode, String)

  /// Answers a question about a server with these services.
  init(to question: ReflectionQuestion, services: [String], files: DescriptorIndex) {
    switch question {
    case .services: self = .services(services)
    case .file(let name): self = Self.files(name, in: files, "there is no file \"\(name)\"")
    case .fileDeclaring(let symbol):
      self = Self.files(files.file(declaring: symbol), in: files, "nothing is called \"\(symbol)\"")
    case .fileExtending(let type): self = .failure(.notFound, "\"\(type)\" has no extensions: proto3 has none")
    case .extensionNumbers(let type):
      self =
        files.file(declaring: type) == nil
        ? .failure(.notFound, "nothing is called \"\(type)\"") : .extensionNumbers(type)
    case .nothing: self = .failure(.invalidArgument, "the request does not say what is asked")
    }
  }

  private static func files(_ name: String?, in files: DescriptorIndex, _ reason: String) -> ReflectionAnswer {
    guard let name, let found = files.files(startingWith: name) else { return .failure(.notFound, reason) }
    return .files(found)
  }
}
