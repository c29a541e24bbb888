/// How running speech is recognised.
package struct LiveSettings: Sendable, Hashable {
  /// Less speech than this, s, in a window or a stretch is not enough to say whose it is.
  package static let minimumSpeechSeconds = 0.5
  /// A stretch of speech is ended after this, s, so that whoever speaks without a pause is decided on all the same.
  package static let longestStretchSeconds = 30.0
  /// Most candidates of an answer.
  package static let maximumTopK = 100

  /// Length of the sliding window, s.
  package let windowSeconds: Double
  /// From one window's end to the next one's, s.
  package let hopSeconds: Double
  /// Samples a second, Hz.
  package let sampleRate: Int

  /// Settings as a caller gives them, where 0 means the usual: a window of 3 s every 0.5 s.
  ///
  /// Throws `invalidArgument` for a window that is not 1 to 30 s, and for a hop that is not 0.1 s to the window's
  /// length.
  package init(windowSeconds: Double, hopSeconds: Double, sampleRate: Int) throws(RecognitionError) {
    let window = windowSeconds == 0 ? 3 : windowSeconds
    let hop = hopSeconds == 0 ? min(0.5, window) : hopSeconds
    guard window >= 1, window <= Self.longestStretchSeconds else {
      throw .invalid("settings.window_seconds", "\(windowSeconds) s: 1 to 30 s are taken, 0 means 3 s")
    }
    guard hop >= 0.1, hop <= window else {
      throw .invalid(
        "settings.hop_seconds", "\(hopSeconds) s: 0.1 s to the window's \(window) s are taken, 0 means 0.5 s")
    }
    precondition(sampleRate > 0, "a sample rate of \(sampleRate) Hz")
    (self.windowSeconds, self.hopSeconds, self.sampleRate) = (window, hop, sampleRate)
  }

  /// How many candidates a caller wants, where 0 means the best alone. Throws `invalidArgument` for more than 100.
  package static func topK(_ requested: Int) throws(RecognitionError) -> Int {
    guard (0...maximumTopK).contains(requested) else {
      throw .invalid("settings.top_k", "must be 1 to \(maximumTopK), or 0 for the best alone")
    }
    return max(1, requested)
  }
}
