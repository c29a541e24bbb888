import Testing
import VoiceMessages

@Suite("Texts of messages")
struct TextTests {
  private func match(name: [UInt8]) -> [UInt8] { [0x12, UInt8(name.count)] + name }

  @Test(
    "Bytes that are not UTF-8 are refused",
    arguments: [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]] as [[UInt8]])
  func notUTF8(_ name: [UInt8]) {
    #expect(throws: MessageError.invalidUTF8) { try TypesV1.Match(serialized: match(name: name)) }
  }

  @Test("A text with NUL inside is refused rather than cut off there")
  func embeddedNUL() {
    #expect(throws: MessageError.embeddedNUL) { try TypesV1.Match(serialized: match(name: [0x61, 0, 0x62])) }
    #expect(throws: MessageError.embeddedNUL) { try TypesV1.Match(serialized: match(name: [0])) }
  }

  @Test("NUL is found in nested messages, in repeated ones and in both halves of a map's entry")
  func nestedNUL() throws {
    let speaker = TypesV1.Speaker.with {
      $0.labels = ["KEY": "VALUE"]
      $0.utterances = [.init(), .with { $0.utteranceId = "UTTERANCE" }]
    }
    for word in ["KEY", "VALUE", "UTTERANCE"] {
      var bytes = speaker.serialized()
      let start = try #require(bytes.indices.first { bytes[$0...].starts(with: word.utf8) })
      bytes[start + 1] = 0
      #expect(throws: MessageError.embeddedNUL, "\(word)") { try TypesV1.Speaker(serialized: bytes) }
    }
  }

  @Test("NUL in a bytes field is a byte like others")
  func bytesWithNUL() throws {
    let audio = TypesV1.Audio.with { $0.content = [0, 0, 7] }
    #expect(try TypesV1.Audio(serialized: audio.serialized()).content.array == [0, 0, 7])
  }

  @Test("A NUL in a text of our own is sent as U+FFFD: C could not carry it")
  func outgoingNUL() throws {
    let match = TypesV1.Match.with { $0.displayName = "a\0b" }
    #expect(try TypesV1.Match(serialized: match.serialized()).displayName == "a\u{fffd}b")
  }

  @Test(
    "Texts of any script arrive as they were",
    arguments: ["", "ä", "e\u{301}", "张三", "🙂👩‍👩‍👧", "\u{202e}x", "\u{1}"])
  func scripts(_ text: String) throws {
    let match = TypesV1.Match.with { $0.displayName = text }
    let read = try TypesV1.Match(serialized: match.serialized()).displayName
    #expect(read.unicodeScalars.elementsEqual(text.unicodeScalars))
  }
}
