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
  private func gain(_ hertz: Double, _ code: G711) -> Double {
    let tone = tone(hertz)
    return Level.rmsDB(line.carry(tone, .init(code: code))) - Level.rmsDB(tone)
  }

  @Test("It lets 500 to 3000 Hz through and holds back what is below 150 and above 4000 Hz", arguments: G711.allCases)
  func band(code: G711) {
    for hertz in [500.0, 1000, 2000, 3000] { #expect(abs(gain(hertz, code)) < 1.5, "\(hertz) Hz") }
    #expect(abs(gain(300, code) + 3) < 1)
    #expect(gain(100, code) < -15 && gain(5000, code) < -35 && gain(7000, code) < -35)
  }

  @Test("A clip keeps its length, and silence stays silent", arguments: [0, 1, 7, 1001, 16_000])
  func length(count: Int) {
    let silence = line.carry([Float](repeating: 0, count: count), .init(code: .muLaw))
    #expect(silence == [Float](repeating: 0, count: count))
    #expect(line.carry(tone(700, count: count), .init(code: .aLaw)).count == count)
  }

  @Test("A louder call clips, a fainter one is coarser, and both come back at their level")
  func levels() {
    let tone = tone(1000)
    let loud = line.carry(tone, .init(gainDB: 20, code: .muLaw))
    #expect((loud.map(abs).max() ?? 0) < 0.13)
    let faint = line.carry(tone, .init(gainDB: -40, code: .muLaw))
    #expect(abs(Level.rmsDB(faint) - Level.rmsDB(tone)) < 1)
    #expect(Set(faint).count > 1)
  }
}
