/// The text with every comment and the inside of every string literal replaced by spaces; line breaks stay.
func blank(_ text: String) -> String {
  var blanker = Blanker(text: Array(text.utf8))
  blanker.code(until: nil)
  return String(decoding: blanker.output, as: UTF8.self)
}

/// A reader of as much of the grammar of Swift, C and protobuf as tells code from text.
private struct Blanker {
  let text: [UInt8]
  var place = 0
  var output: [UInt8] = []

  init(text: [UInt8]) {
    self.text = text
    output.reserveCapacity(text.count)
  }

  private func at(_ pattern: StaticString, _ offset: Int = 0) -> Bool {
    let begin = place + offset
    guard begin + pattern.utf8CodeUnitCount <= text.count else { return false }
    return (0..<pattern.utf8CodeUnitCount).allSatisfy { text[begin + $0] == pattern.utf8Start[$0] }
  }

  private mutating func keep(_ count: Int = 1) {
    output += text[place..<min(place + count, text.count)]
    place += count
  }

  private mutating func drop(_ count: Int = 1) {
    for byte in text[place..<min(place + count, text.count)] { output.append(byte == 10 ? 10 : 32) }
    place += count
  }

  /// Code up to the end, or up to the parenthesis that closes an interpolation.
  mutating func code(until closing: UInt8?) {
    var depth = 0
    while place < text.count {
      if at("//") {
        while place < text.count, text[place] != 10 { drop() }
      } else if at("/*") {
        comment()
      } else if text[place] == 0x22 || (text[place] == 0x23 && isRawString()) {
        string()
      } else if at("'") && isCharacterLiteral() {
        drop(text[place + 1] == 0x5C ? 4 : 3)
      } else {
        if text[place] == 0x28 { depth += 1 }
        if text[place] == 0x29 {
          if depth == 0, closing != nil { return }
          depth -= 1
        }
        keep()
      }
    }
  }

  private mutating func comment() {
    var depth = 0
    while place < text.count {
      if at("/*") {
        depth += 1
        drop(2)
      } else if at("*/") {
        depth -= 1
        drop(2)
        if depth == 0 { return }
      } else {
        drop()
      }
    }
  }

  /// C's 'x' and '\n'.
  private func isCharacterLiteral() -> Bool { at("'", 2) || (at("\\", 1) && at("'", 3)) }

  private func isRawString() -> Bool {
    var next = place
    while next < text.count, text[next] == 0x23 { next += 1 }
    return next < text.count && text[next] == 0x22
  }

  private mutating func string() {
    var hashes = 0
    while text[place] == 0x23 {
      hashes += 1
      keep()
    }
    let quotes = at("\"\"\"") ? 3 : 1
    keep(quotes)
    while place < text.count {
      if text[place] == 0x5C, hasHashes(hashes, at: place + 1) {
        escape(hashes)
      } else if isEnd(quotes: quotes, hashes: hashes) {
        keep(quotes + hashes)
        return
      } else if quotes == 1, text[place] == 10 {
        return  // an unfinished literal: whatever it is, it ends with its line
      } else {
        drop()
      }
    }
  }

  private mutating func escape(_ hashes: Int) {
    let after = place + 1 + hashes
    guard after < text.count, text[after] == 0x28 else { return drop(2 + hashes) }
    drop(1 + hashes)
    keep()
    code(until: 0x29)
    if place < text.count { keep() }
  }

  private func hasHashes(_ count: Int, at begin: Int) -> Bool {
    begin + count <= text.count && text[begin..<begin + count].allSatisfy { $0 == 0x23 }
  }

  private func isEnd(quotes: Int, hashes: Int) -> Bool {
    guard place + quotes <= text.count, text[place..<place + quotes].allSatisfy({ $0 == 0x22 }) else { return false }
    return hasHashes(hashes, at: place + quotes)
  }
}
