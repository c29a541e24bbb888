/// Reads a safetensors header: JSON of one known form, so that a name that comes twice is seen.
struct SafetensorsHeaderParser {
  private var json: JSONScanner

  init(_ bytes: ArraySlice<UInt8>) { json = JSONScanner(bytes) }

  mutating func header() throws(SafetensorsError) -> SafetensorsHeader {
    var header = SafetensorsHeader()
    var names: Set<String> = []
    try json.object { (json, name) throws(SafetensorsError) in
      guard names.insert(name).inserted else { throw SafetensorsError(.malformed, "the name '\(name)' comes twice") }
      if name == "__metadata__" {
        var metadata: [String: String] = [:]
        try json.object { (json, key) throws(SafetensorsError) in metadata[key] = try json.string() }
        header.metadata = metadata
      } else {
        header.entries.append(try Self.entry(name, &json))
      }
    }
    try json.end()
    return header
  }

  private static func entry(
    _ name: String, _ json: inout JSONScanner
  ) throws(SafetensorsError) -> SafetensorsHeader.Entry {
    var type: String?
    var shape: [Int]?
    var range: [Int]?
    try json.object { (json, key) throws(SafetensorsError) in
      switch key {
      case "dtype" where type == nil: type = try json.string()
      case "shape" where shape == nil: shape = try json.integers()
      case "data_offsets" where range == nil: range = try json.integers()
      default: throw SafetensorsError(.malformed, "'\(name)' has an unknown or repeated field '\(key)'")
      }
    }
    guard let type, let shape, let range, range.count == 2 else {
      throw SafetensorsError(.malformed, "'\(name)' lacks dtype, shape or data_offsets")
    }
    guard let element = StoredElement(safetensors: type) else {
      throw SafetensorsError(.unsupported, "'\(name)' is of type \(type), which is not read")
    }
    guard let count = product(shape), range[0] <= range[1],
      case let (bytes, overflow) = count.multipliedReportingOverflow(by: element.size), !overflow,
      bytes == range[1] - range[0]
    else {
      throw SafetensorsError(.malformed, "'\(name)' of shape \(shape) does not fill its bytes \(range)")
    }
    return .init(name: name, element: element, shape: shape, count: count, begin: range[0], end: range[1])
  }

  private static func product(_ shape: [Int]) -> Int? {
    var count = 1
    for length in shape {
      let (next, overflow) = count.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      count = next
    }
    return count
  }
}

extension StoredElement {
  fileprivate init?(safetensors name: String) {
    switch name {
    case "F64": self = .float64
    case "F32": self = .float32
    case "F16": self = .float16
    case "BF16": self = .bfloat16
    case "I64": self = .int64
    case "I32": self = .int32
    case "I16": self = .int16
    default: return nil
    }
  }
}
