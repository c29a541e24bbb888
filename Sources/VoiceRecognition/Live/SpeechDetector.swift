internal import Glibc

/// Tells speech from what is behind it, frame by frame, as the sound comes in.
///
/// The background's level is the quietest frame of the last 2.5 s (minimum statistics, Martin 2001): speech has dips in
/// any such time, steady noise has none. A frame is speech when it is 10 dB above that.
struct SpeechDetector: Sendable {
  private static let margin = 10.0  // dB
  /// Of the background's level, dB relative to full scale: below nothing can be heard, above speech would be lost.
  private static let floors = -60.0 ... -35.0
  private static let memoryFrames = 125

  /// Frames a second that the detector is made for.
  static let framesPerSecond = 50

  /// Frame numbers with their levels, ever louder: the first is the quietest frame of the memory.
  private var quietest: ArraySlice<(frame: Int, level: Double)> = []
  private var frame = 0

  /// Whether the next frame is speech.
  mutating func isSpeech(_ samples: ArraySlice<Float>) -> Bool {
    let level = Self.level(samples)
    while let last = quietest.last, last.level >= level { quietest.removeLast() }
    quietest.append((frame, level))
    if let first = quietest.first, first.frame <= frame - Self.memoryFrames { quietest.removeFirst() }
    frame += 1
    let background = min(max(quietest.first?.level ?? level, Self.floors.lowerBound), Self.floors.upperBound)
    return level > background + Self.margin
  }

  /// The power without that of a constant, which microphones add, in dB relative to full scale.
  private static func level(_ samples: ArraySlice<Float>) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for sample in samples {
      sum += Double(sample)
      squares += Double(sample) * Double(sample)
    }
    let mean = sum / Double(samples.count)
    return 10 * log10(max(1e-10, squares / Double(samples.count) - mean * mean))
  }
}
