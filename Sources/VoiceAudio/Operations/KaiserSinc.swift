internal import Glibc

/// A low pass for changes of the sample rate: the right half of a sinc under a Kaiser window, as a table,
/// h[k] = r·sinc(r·k/8192)·kaiser(k) with roll-off r, 8192 values between two zero crossings of the sinc.
package struct KaiserSinc: Sendable {
  static let precision = 8192

  let zeroCrossings: Int
  /// Whether taps lie at whole entries of the table, as resampy's do: away from the middle they are then a bit out of
  /// place, which costs the stop band 30 dB.
  let roundsSteps: Bool
  /// The values, `[zeroCrossings · 8192 + 1]`.
  let window: [Double]

  /// What resampy (≥ 0.4) calls "kaiser_best", to the bit of its weights: mvector's features are made with it.
  package static let resampy = KaiserSinc(
    zeroCrossings: 50, rolloff: 0.9173473712608761, beta: 12.98458524704014, roundsSteps: true)

  /// A stop band of -133 dB from the Nyquist frequency on, that of soxr's "HQ".
  package static let fine = KaiserSinc(zeroCrossings: 54, rolloff: 0.9173473712608761, beta: 13.9, roundsSteps: false)

  private init(zeroCrossings: Int, rolloff: Double, beta: Double, roundsSteps: Bool) {
    self.zeroCrossings = zeroCrossings
    self.roundsSteps = roundsSteps
    let last = zeroCrossings * Self.precision
    let scale = 1 / Self.besselI0(beta)
    window = (0...last).map { k in
      let x = Double(k) / Double(last)
      let argument = rolloff * Double(k) / Double(Self.precision)
      let sinc = k == 0 ? 1 : sin(.pi * argument) / (.pi * argument)
      return rolloff * sinc * Self.besselI0(beta * max(0, 1 - x * x).squareRoot()) * scale
    }
  }

  /// Modified Bessel function of order 0: Σ ((x/2)^k / k!)².
  private static func besselI0(_ x: Double) -> Double {
    let quarter = x * x / 4
    var (sum, term, k) = (1.0, 1.0, 1.0)
    repeat {
      term *= quarter / (k * k)
      sum += term
      k += 1
    } while term > sum * 1e-17
    return sum
  }
}
