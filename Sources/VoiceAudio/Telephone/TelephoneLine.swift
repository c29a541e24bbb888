/// What a telephone line leaves of a voice: 8 kHz, a band of about 300–3400 Hz (ITU-T G.712), a code.
package final class TelephoneLine: Sendable {
  /// Rate of a line, Hz.
  package static let sampleRate = 8000

  /// How one call sounds.
  package struct Call: Sendable, Hashable {
    /// Lower edge of the band, Hz.
    package var lowest: Double
    /// Upper edge of the band, Hz; below 4 kHz.
    package var highest: Double
    /// How much louder it is on the line, dB; what exceeds full scale is clipped.
    package var gainDB: Double
    /// The code of the line.
    package var code: TelephoneCode

    /// A call.
    package init(lowest: Double = 300, highest: Double = 3400, gainDB: Double = 0, code: TelephoneCode) {
      self.lowest = lowest
      self.highest = highest
      self.gainDB = gainDB
      self.code = code
    }
  }

  private let down: Resampler
  private let up: Resampler

  /// A line for clips at `sampleRate` Hz. Throws `badSampleRate`.
  package init(sampleRate: Int) throws(AudioError) {
    down = try Resampler(from: sampleRate, to: Self.sampleRate)
    up = try Resampler(from: Self.sampleRate, to: sampleRate)
  }

  /// The clip as it arrives, as long as it was and at its own level again.
  ///
  /// Throws `badArgument` for a code that libsndfile does not have.
  package func carry(_ samples: [Float], _ call: Call) throws(AudioError) -> [Float] {
    var line = down.resample(samples)
    let rate = Double(Self.sampleRate)
    Biquad(.highPass, edge: call.lowest, quality: 0.5.squareRoot(), sampleRate: rate).apply(to: &line)
    for filter in Biquad.steepLowPass(edge: call.highest, sampleRate: rate) { filter.apply(to: &line) }
    line = Level.apply(gainDB: call.gainDB, to: line)
    let sent = line.map { Int16(max(-32_768, min(32_767, ($0 * 32_768).rounded()))) }
    line = try call.code.carry(sent).map { Float($0) / 32_768 }
    var heard = up.resample(Level.apply(gainDB: -call.gainDB, to: line))
    heard += [Float](repeating: 0, count: max(0, samples.count - heard.count))
    return heard
  }
}
