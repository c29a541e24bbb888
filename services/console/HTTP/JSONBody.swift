internal import FoundationEssentials
internal import VoiceRecognition

/// What a request says in JSON: every key is known and of its type.
protocol JSONBody: Decodable, Sendable {
  associatedtype CodingKeys: CodingKey, CaseIterable
}

extension JSONBody {
  /// Throws `invalidArgument` naming the key that is wrong.
  static func read(_ data: Data) throws -> Self {
    do { return try JSON.read(Strict<Self>.self, from: data).value } catch let error as DecodingError {
      throw RecognitionError(error)
    }
  }
}

/// A body, or a part of one, whose unknown keys are refused.
struct Strict<Body: JSONBody>: Decodable, Sendable {
  let value: Body

  init(from decoder: any Decoder) throws {
    let known = Set(Body.CodingKeys.allCases.map(\.stringValue))
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw RecognitionError.invalid(
        path(decoder.codingPath + [key]), "is not known here: known are \(known.sorted().joined(separator: ", "))")
    }
    value = try Body(from: decoder)
  }
}

/// A whole number: one that does not fit is refused by its key, which the reader of JSON does not name.
struct Whole<Number: FixedWidthInteger & Decodable & Sendable>: Decodable, Sendable {
  let value: Number

  init(from decoder: any Decoder) throws {
    guard let number = try? decoder.singleValueContainer().decode(Number.self) else {
      throw RecognitionError.invalid(
        path(decoder.codingPath), "must be a whole number from \(Number.min) to \(Number.max)")
    }
    value = number
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// `spec.baseEpoch`, `audios[2]`.
private func path(_ keys: [any CodingKey]) -> String {
  keys.reduce("") { path, key in
    if let index = key.intValue { return "\(path)[\(index)]" }
    return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
  }
}

extension RecognitionError {
  /// What is wrong with a body, by the key that is.
  init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context): self = .invalid(path(context.codingPath + [key]), "is missing")
    case .valueNotFound(_, let context): self = .invalid(path(context.codingPath), "must not be null")
    case .typeMismatch(let type, let context):
      self = .invalid(Self.place(context), "must be \(Self.word(for: type))")
    case .dataCorrupted(let context):
      self = .invalid(
        Self.place(context), context.codingPath.isEmpty ? "is not JSON" : "cannot be read: \(context.debugDescription)")
    @unknown default: self = .invalid("body", "cannot be read")
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    context.codingPath.isEmpty ? "body" : path(context.codingPath)
  }

  private static func word(for type: Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is Double.Type: "a number"
    case is any FixedWidthInteger.Type: "a whole number"
    case is Data.Type: "base64"
    case is [Any].Type: "a list"
    default: "\(type)".hasPrefix("Array<") ? "a list" : "an object"
    }
  }
}
