internal import VoiceAudio
internal import VoiceTensor

/// Looks at a clip before it goes into a list.
package struct ClipCheck: Sendable {
  /// What came of it.
  package enum Result: Sendable, Hashable {
    /// It can be used; its length in s, 0 for stored features.
    case usable(seconds: Double)
    /// It cannot, and why.
    case unusable(String)
  }

  /// Shortest clip that is taken, s.
  package var minimumSeconds: Double
  private let limits: AudioLimits

  /// A check; whole clips are decoded, so that a damaged end is found too.
  package init(minimumSeconds: Double) {
    self.minimumSeconds = minimumSeconds
    var limits = AudioLimits()
    limits.minSeconds = minimumSeconds
    limits.maxSeconds = 36_000
    limits.maxBytes = 1 << 31
    self.limits = limits
  }

  /// Reads the clip; blocks meanwhile.
  package func check(_ path: String) -> Result {
    do {
      let bytes = try FileBytes.read(path, maximum: limits.maxBytes)
      if path.hasSuffix(".npy") {
        let shape = try NumpyFile.read(bytes).shape
        return shape.count == 2 && !shape.contains(0) ? .usable(seconds: 0) : .unusable("\(path): is no [frames, bins]")
      }
      return .usable(seconds: try bytes.withUnsafeBytes { try AudioDecoder.decode($0, limits: limits).duration })
    } catch let failure as FileBytes.Failure {
      return .unusable(failure.message)
    } catch {
      return .unusable("\(path): \(error)")
    }
  }
}
