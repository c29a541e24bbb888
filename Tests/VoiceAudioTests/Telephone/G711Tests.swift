import Testing

@testable import VoiceAudio

@Suite("G.711")
struct G711Tests {
  @Test("Samples have the codes of the standard's tables", arguments: [
    (Int16(0), UInt8(0xFF), UInt8(0xD5)), (1, 0xFF, 0xD5), (-1, 0x7F, 0x55), (31, 0xFB, 0xD4), (-31, 0x7B, 0x54),
    (1000, 0xCE, 0xFA), (-1000, 0x4E, 0x7A), (32_767, 0x80, 0xAA), (-32_768, 0x00, 0x2A),
  ])
  func codes(sample: Int16, muLaw: UInt8, aLaw: UInt8) {
    #expect(G711.muLaw.encode(sample) == muLaw && G711.aLaw.encode(sample) == aLaw)
  }

  @Test("Codes are decoded to the levels of the standard's tables")
  func levels() {
    #expect([0x00, 0x80, 0xFF, 0xCE].map { G711.muLaw.decode($0) } == [-32_124, 32_124, 0, 988])
    #expect([0xD5, 0x55, 0xAA, 0x2A, 0xFA].map { G711.aLaw.decode($0) } == [8, -8, 32_256, -32_256, 1008])
  }

  @Test("A level has its own code, and what a sample loses is half a step: a 32nd of it", arguments: G711.allCases)
  func roundTrip(code: G711) {
    for value in (UInt8.min...UInt8.max).map({ code.decode($0) }) { #expect(code.decode(code.encode(value)) == value) }
    for sample in stride(from: -32_000, through: 32_000, by: 37) {
      let error = abs(Int(code.decode(code.encode(Int16(sample)))) - sample)
      #expect(error <= 8 + abs(sample) / 32, "\(sample)")
    }
  }
}
