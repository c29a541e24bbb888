import Testing
import VoiceMessages

@Suite("Bytes")
struct BytesTests {
  @Test("They are equal and hash alike by what they hold, wherever it lies")
  func equality() throws {
    let (own, copy): (Bytes, Bytes) = ([1, 2, 3], Bytes([0, 1, 2, 3][1...]))
    let read = try TypesV1.Audio(serialized: TypesV1.Audio.with { $0.content = own }.serialized()).content
    #expect(own == copy && own == read && Set([own, copy, read]).count == 1)
    #expect(own != [1, 2, 4] && own != [1, 2] && own != Bytes())
    #expect(Bytes() == [] && Bytes().count == 0 && Bytes().array.isEmpty)
  }

  @Test("Bytes of a received message outlive the message")
  func ownership() throws {
    let content = [UInt8](repeating: 0xa5, count: 1 << 20)
    var audio: TypesV1.Audio? = try .init(serialized: TypesV1.Audio.with { $0.content = Bytes(content) }.serialized())
    let kept = try #require(audio?.content)
    audio = nil
    #expect(kept.array == content)
  }

  @Test("Bytes of a received message can be sent on in another one")
  func forwarded() throws {
    let received = try TypesV1.Audio(serialized: Samples.audio.serialized()).content
    let forwarded = FeatureV1.ExtractStreamRequest.with { $0.payload = .audioChunk(received) }
    let read = try FeatureV1.ExtractStreamRequest(serialized: forwarded.serialized())
    #expect(read.payload == .audioChunk(Samples.audio.content))
  }

  @Test("An error thrown by the reader of the memory is thrown on")
  func throwing() {
    #expect(throws: MessageError.malformed) {
      try Samples.audio.content.withUnsafeBytes { _ in throw MessageError.malformed }
    }
  }
}
