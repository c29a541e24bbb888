import Foundation
import Testing

@testable import VoiceAudio

@Suite("GSM 06.10 full rate")
struct GSMFullRateTests {
  /// What resembles a vowel: pulses at 120 Hz, rounded, at 8 kHz.
  private func buzz(_ count: Int) -> [Int16] {
    var (state, previous) = (0.0, 0.0)
    return (0..<count).map { index in
      let pulse = Int(Double(index) * 120 / 8000) != Int(Double(index + 1) * 120 / 8000) ? 9000.0 : 0
      let next = pulse + 1.5 * state - 0.8 * previous
      (previous, state) = (state, next)
      return Int16(max(-30_000, min(30_000, next)))
    }
  }

  @Test("160 samples are a frame of 33 bytes that begins with GSM's mark", arguments: [0, 1, 160, 161, 24_000])
  func frames(count: Int) throws {
    let bytes = try GSMFullRate.encode(buzz(count))
    #expect(bytes.count == (count + 159) / 160 * GSMFullRate.frameBytes)
    // GSM 06.10's packing of 260 bits in 33 bytes leaves four, which hold 13.
    #expect(stride(from: 0, to: bytes.count, by: 33).allSatisfy { bytes[$0] >> 4 == 0xD })
  }

  @Test("Speech comes back in time and at its level, changed, and the same each time")
  func roundTrip() throws {
    let sent = buzz(8000)
    let heard = try TelephoneCode.gsm.carry(sent)
    #expect(try heard.count == sent.count && heard != sent && heard == TelephoneCode.gsm.carry(sent))
    func product(_ shift: Int) -> Double {
      (400..<7600).reduce(0) { $0 + Double(sent[$1]) * Double(heard[$1 + shift]) }
    }
    #expect((-40...40).max { product($0) < product($1) } == 0)
    let energies = [sent, heard].map { $0.reduce(0) { $0 + Double($1) * Double($1) } }
    #expect(abs(10 * log10(energies[1] / energies[0])) < 2)
    #expect(product(0) / (energies[0] * energies[1]).squareRoot() > 0.8)
  }
}
