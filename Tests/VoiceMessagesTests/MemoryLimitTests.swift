import Testing
import VoiceMessages

@Suite("Memory of unpacking")
struct MemoryLimitTests {
  private func read<M: Message>(_ type: M.Type, _ bytes: [UInt8], limit: Int) throws -> M {
    try bytes.withUnsafeBytes { try M(serialized: $0, memoryLimit: limit) }
  }

  @Test("A megabyte of empty submessages, which would take thirty, is refused by the limit")
  func emptySubmessages() throws {
    let empty: [UInt8] = [0x12, 0]
    let bytes = (0..<1 << 20).map { empty[$0 & 1] }
    #expect(throws: MessageError.exceedsMemoryLimit) {
      try read(EmbeddingV1.EmbedRequest.self, bytes, limit: 16 << 20)
    }
    #expect(try EmbeddingV1.EmbedRequest(serialized: Array(bytes[..<2000])).features.count == 1000)
  }

  @Test("The limit tells too much from malformed")
  func reasons() throws {
    let bytes = TypesV1.Audio.with { $0.content = Bytes([UInt8](repeating: 7, count: 100_000)) }.serialized()
    #expect(throws: MessageError.exceedsMemoryLimit) { try read(TypesV1.Audio.self, bytes, limit: 99_999) }
    #expect(throws: MessageError.malformed) { try read(TypesV1.Audio.self, bytes.dropLast(), limit: 1 << 20) }
    #expect(try read(TypesV1.Audio.self, bytes, limit: 110_000).content.count == 100_000)
  }

  @Test("A small message fits in a small limit")
  func small() throws {
    let bytes = Samples.speaker.serialized()
    #expect(try read(TypesV1.Speaker.self, bytes, limit: 4096) == Samples.speaker)
    #expect(throws: MessageError.exceedsMemoryLimit) { try read(TypesV1.Speaker.self, bytes, limit: 64) }
  }
}
