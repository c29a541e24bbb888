/// A strict scanner over the little JSON that a safetensors header is made of: objects, strings, lists of naturals.
struct JSONScanner {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// Reads an object; `field` is called at each value with its name.
  mutating func object(
    _ field: (inout JSONScanner, String) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let name = try string()
      try expect(":")
      try field(&self, name)
    } while accept(",")
    try expect("}")
  }

  /// Reads a list of natural numbers.
  mutating func integers() throws(SafetensorsError) -> [Int] {
    var values: [Int] = []
    try expect("[")
    if accept("]") { return values }
    repeat { values.append(try natural()) } while accept(",")
    try expect("]")
    return values
  }

  /// Reads a string with its escapes.
  mutating func string() throws(SafetensorsError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = take() {
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw wrong("a string is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw wrong("a control character stands in a string")
      default: text.append(byte)
      }
    }
    throw wrong("a string has no end")
  }

  /// Makes sure that nothing but white space is left.
  mutating func end() throws(SafetensorsError) {
    skipSpace()
    if position < bytes.endIndex { throw wrong("something follows the header") }
  }

  // ---- Pieces ------------------------------------------------------------------------------------------------------

  private mutating func natural() throws(SafetensorsError) -> Int {
    skipSpace()
    let begin = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    let digits = bytes[begin..<position]
    guard !digits.isEmpty, let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw wrong("a whole number from 0 on is expected")
    }
    return value
  }

  private mutating func escape(into text: inout [UInt8]) throws(SafetensorsError) {
    switch take() {
    case UInt8(ascii: "\"")?: text.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\")?: text.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/")?: text.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b")?: text.append(8)
    case UInt8(ascii: "t")?: text.append(9)
    case UInt8(ascii: "n")?: text.append(10)
    case UInt8(ascii: "f")?: text.append(12)
    case UInt8(ascii: "r")?: text.append(13)
    case UInt8(ascii: "u")?:
      var units = [try unit()]
      if UTF16.isLeadSurrogate(units[0]), take() == UInt8(ascii: "\\"), take() == UInt8(ascii: "u") {
        units.append(try unit())
      }
      guard let string = String(validating: units, as: UTF16.self) else { throw wrong("a \\u escape is no character") }
      text += Array(string.utf8)
    default: throw wrong("an escape in a string is unknown")
    }
  }

  private mutating func unit() throws(SafetensorsError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = take().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw wrong("a \\u escape lacks digits")
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  private func peek() -> UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func take() -> UInt8? {
    guard let byte = peek() else { return nil }
    position += 1
    return byte
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func accept(_ character: Character) -> Bool {
    skipSpace()
    guard peek() == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Character) throws(SafetensorsError) {
    if !accept(character) { throw wrong("'\(character)' is expected") }
  }

  private func wrong(_ what: String) -> SafetensorsError {
    SafetensorsError(.malformed, "header, byte \(position - bytes.startIndex): \(what)")
  }
}
