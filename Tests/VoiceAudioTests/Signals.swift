import Glibc

/// The sine, in functions that have a sine of their own.
func sine(_ x: Double) -> Double { sin(x) }

/// A tone with syllables: half a second of it is loud enough and long enough.
func tone(_ hertz: Double = 220, seconds: Double = 1, rate: Int = 16_000, level: Float = 0.3) -> [Float] {
  (0..<Int(seconds * Double(rate))).map { index in
    let time = Double(index) / Double(rate)
    return level * Float(sine(2 * .pi * hertz * time) * (0.6 + 0.4 * sine(2 * .pi * 3 * time)))
  }
}

/// Numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// White noise in [-level, level].
  mutating func noise(_ count: Int, level: Float = 0.1) -> [Float] {
    (0..<count).map { _ in Float.random(in: -level...level, using: &self) }
  }
}

/// Largest absolute difference; infinite where the lengths differ.
func worst(_ a: [Float], _ b: [Float]) -> Float {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}
