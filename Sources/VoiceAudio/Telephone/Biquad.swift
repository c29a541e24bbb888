internal import Foundation

/// A recursive filter of second order: a part of a Butterworth filter, by the bilinear transform with its frequency
/// warped to be exact at the edge (Oppenheim, Schafer, Discrete-Time Signal Processing, §7).
struct Biquad {
  private let b0: Double
  private let b1: Double
  private let b2: Double
  private let a1: Double
  private let a2: Double

  enum Kind {
    case lowPass
    case highPass
  }

  /// A filter with its edge (−3 dB for a quality of √½) at `edge` Hz; the edge is below half the rate.
  init(_ kind: Kind, edge: Double, quality: Double, sampleRate: Double) {
    let k = tan(Double.pi * edge / sampleRate)
    let norm = 1 / (1 + k / quality + k * k)
    a1 = 2 * (k * k - 1) * norm
    a2 = (1 - k / quality + k * k) * norm
    switch kind {
    case .lowPass: (b0, b1, b2) = (k * k * norm, 2 * k * k * norm, k * k * norm)
    case .highPass: (b0, b1, b2) = (norm, -2 * norm, norm)
    }
  }

  /// Butterworth's low-pass filter of fourth order, in two parts.
  static func steepLowPass(edge: Double, sampleRate: Double) -> [Biquad] {
    [0.541_196_1, 1.306_563].map { Biquad(.lowPass, edge: edge, quality: $0, sampleRate: sampleRate) }
  }

  /// Filters in place, from silence.
  func apply(to samples: inout [Float]) {
    var (s1, s2) = (0.0, 0.0)
    for index in samples.indices {
      let x = Double(samples[index])
      let y = b0 * x + s1
      s1 = b1 * x - a1 * y + s2
      s2 = b2 * x - a2 * y
      samples[index] = Float(y)
    }
  }
}
