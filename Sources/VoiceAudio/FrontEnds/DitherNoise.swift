internal import Glibc

/// Gaussian noise that hides digital silence, as Kaldi adds it; drawn anew for each utterance from the same seed, so
/// that the features of an utterance do not differ from call to call.
struct DitherNoise {
  private let level: Float
  private var state: UInt64 = 0

  /// Noise with a standard deviation of `level`.
  init(level: Float) { self.level = level }

  /// Adds noise to an even number of values.
  mutating func add(to values: UnsafeMutablePointer<Float>, count: Int) {
    for index in stride(from: 0, to: count, by: 2) {
      // Box and Muller: two uniform numbers give two normal ones.
      let radius = level * (-2 * log(uniform())).squareRoot()
      let turn = 2 * Float.pi * uniform()
      values[index] += radius * cos(turn)
      values[index + 1] += radius * sin(turn)
    }
  }

  /// A number in (0, 1] (SplitMix64).
  private mutating func uniform() -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Float((z ^ z >> 31) >> 40 + 1) / Float(1 << 24)
  }
}
