internal import Glibc

/// The right half of the windowed sinc that resampy calls "kaiser_best" (resampy ≥ 0.4): 50 zero crossings, 8192 values
/// between two of them, h[k] = r·sinc(r·k/8192)·kaiser(k) with roll-off r and β as resampy ships them.
enum KaiserSinc {
  static let zeroCrossings = 50
  static let precision = 8192
  static let rolloff = 0.9173473712608761
  static let beta = 12.98458524704014

  /// The values, `[50 · 8192 + 1]`.
  static let window: [Double] = {
    let last = zeroCrossings * precision
    let scale = 1 / besselI0(beta)
    return (0...last).map { k in
      let x = Double(k) / Double(last)
      let argument = rolloff * Double(k) / Double(precision)
      let sinc = k == 0 ? 1 : sin(.pi * argument) / (.pi * argument)
      return rolloff * sinc * besselI0(beta * max(0, 1 - x * x).squareRoot()) * scale
    }
  }()

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
