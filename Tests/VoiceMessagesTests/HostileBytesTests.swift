import Testing
import VoiceMessages

@Suite("Bytes that are no message")
struct HostileBytesTests {
  @Test("A message cut off anywhere is read without its last fields or refused", arguments: Samples.all)
  func truncated(_ sample: Sample) throws {
    var refused = 0
    for length in 0..<sample.bytes.count {
      do {
        _ = try sample.rewritten(Array(sample.bytes[..<length]))
      } catch is MessageError { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test("25,000 mutated messages are read or refused, and what is read can be written")
  func mutated() throws {
    let seed: UInt64 = 20_261_123
    var random = SplitMix(state: seed)
    var (taken, refused) = (0, 0)
    for round in 0..<25_000 {
      let sample = Samples.all[round % Samples.all.count]
      let bytes = Self.mutation(of: sample.bytes, by: &random)
      do {
        let written = try sample.rewritten(bytes)
        // The second generation is stable: nothing unreadable was taken in.
        #expect(try sample.rewritten(written) == written, "\(sample.name), round \(round) of seed \(seed)")
        taken += 1
      } catch is MessageError { refused += 1 }
    }
    #expect(taken > 1000 && refused > 1000, "\(taken) taken, \(refused) refused: too wild or too tame")
  }

  @Test("Lengths and tags at the ends of what a varint holds are refused")
  func extremes() {
    let longest: [UInt8] = Array(repeating: 0xff, count: 9) + [0x01]
    for bytes in [
      [0x0a] + longest, [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07], [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], longest, [0xff],
      [0x0b], [0x0f, 0x01], Array(repeating: 0xff, count: 64),
    ] {
      #expect(throws: MessageError.malformed) { try TypesV1.Audio(serialized: bytes) }
      #expect(throws: MessageError.malformed) { try TypesV1.FeatureMatrix(serialized: [0x1a] + bytes) }
    }
  }

  @Test("A packed list whose length is no multiple of its numbers' size is refused")
  func ragged() {
    #expect(throws: MessageError.malformed) { try TypesV1.FeatureMatrix(serialized: [0x1a, 5, 0, 0, 0, 0, 0]) }
  }

  private static func mutation(of bytes: [UInt8], by random: inout SplitMix) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.insert(.random(in: 0...255, using: &random), at: place)
      case 1: bytes.removeSubrange(place..<min(place + 3, bytes.count))
      case 2: bytes.append(contentsOf: bytes[place...])
      default:
        guard place < bytes.count else { continue }
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
    }
    return bytes
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
