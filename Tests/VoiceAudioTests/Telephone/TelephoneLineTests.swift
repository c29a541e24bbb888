import Foundation
import Testing

@testable import VoiceAudio

@Suite("A telephone line")
struct TelephoneLineTests {
  private let line: TelephoneLine

  init() throws { line = try TelephoneLine(sampleRate: 16_000) }

  private func tone(_ hertz: Double, count: Int = 16_000) -> [Float] {
    (0..<count).map { Float(0.3 * sin(2 * Double.pi * hertz * Double($0) / 16_000)) }
  }

  /// How much louder a tone is behind the line, dB.
  private func gain(_ hertz: Double, _ code: TelephoneCode) throws -> Double {
    let tone = tone(hertz)
    return Level.rmsDB(try line.carry(tone, .init(code: code))) - Level.rmsDB(tone)
  }

  @Test(
    "It lets 500 to 3000 Hz through and holds back what is below 150 and above 4000 Hz",
    arguments: [TelephoneCode.muLaw, .aLaw])
  func band(code: TelephoneCode) throws {
    for hertz in [500.0, 1000, 2000, 3000] { #expect(abs(try gain(hertz, code)) < 1.5, "\(hertz) Hz") }
    #expect(abs(try gain(300, code) + 3) < 1)
    #expect(try gain(100, code) < -15 && gain(5000, code) < -35 && gain(7000, code) < -35)
  }

  @Test("A call's own edges count", arguments: [(150.0, 3000.0), (400, 3200)])
  func edges(lowest: Double, highest: Double) throws {
    for hertz in [lowest, highest] {
      let heard = try line.carry(tone(hertz), .init(lowest: lowest, highest: highest, code: .muLaw))
      #expect(abs(Level.rmsDB(heard) - Level.rmsDB(tone(hertz)) + 3) < 1, "\(hertz) Hz")
    }
  }

  @Test(
    "A clip keeps its length, and silence stays below -60 dB",
    arguments: [0, 1, 7, 1001, 16_000])
  func length(count: Int) throws {
    let silence = [Float](repeating: 0, count: count)
    #expect(try line.carry(silence, .init(code: .muLaw)) == silence)
    for code in TelephoneCode.allCases {
      let heard = try line.carry(silence, .init(code: code))
      #expect(heard.count == count && heard.allSatisfy { abs($0) < 1e-3 }, "\(code)")
      #expect(try line.carry(tone(700, count: count), .init(code: code)).count == count)
    }
  }

  @Test("A louder call clips, a fainter one is coarser, and both come back at their level")
  func levels() throws {
    let tone = tone(1000)
    let loud = try line.carry(tone, .init(gainDB: 20, code: .muLaw))
    #expect((loud.map(abs).max() ?? 0) < 0.13)
    let faint = try line.carry(tone, .init(gainDB: -40, code: .muLaw))
    #expect(abs(Level.rmsDB(faint) - Level.rmsDB(tone)) < 1)
    #expect(Set(faint).count > 1)
  }

  @Test("Of narrow-band speech a second line changes little")
  func narrowBand() throws {
    let once = try line.carry(tone(1000), .init(code: .muLaw))
    let twice = try line.carry(once, .init(code: .muLaw))
    #expect(abs(Level.rmsDB(twice) - Level.rmsDB(once)) < 0.5)
  }
}
