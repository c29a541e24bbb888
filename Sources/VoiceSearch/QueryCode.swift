/// A query in 16 bits a value for the scan: `query = factor · words + error`.
struct QueryCode {
  /// Two values a word, the first in the lower half, `[pairs]`.
  let words: [Int32]
  /// What one step of the integers is.
  let factor: Float
  /// Length of what the integers leave out.
  let error: Double
  /// Length of the query.
  let norm: Double

  /// The integers are as large as 8-bit templates allow: |Σ word · code| ≤ pairs · 2 · most · 127 stays in 32 bits.
  init(_ query: [Float]) {
    let pairs = (query.count + 1) / 2
    let most = Float(min(32_767, Int(Int32.max) / (127 * 2 * pairs)))
    let largest = query.reduce(0) { max($0, abs($1)) }
    let factor = largest / most
    let integers = query.map { largest > 0 ? Int32(($0 / factor).rounded().clamped(to: most)) : 0 }
    words = (0..<pairs).map { pair in
      let high = 2 * pair + 1 < query.count ? integers[2 * pair + 1] : 0
      return high << 16 | integers[2 * pair] & 0xFFFF
    }
    self.factor = factor
    let errors = zip(query, integers).map { Double($0) - Double(factor) * Double($1) }
    error = errors.reduce(0) { $0 + $1 * $1 }.squareRoot()
    norm = query.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// How far a score of the scan may lie from the exact one, for templates x = scale · code + e with ‖e‖ ≤ `error` and
  /// ‖scale · code‖ ≤ `norm` (Cauchy and Schwarz, once for each of the two roundings):
  ///
  /// |q·x − q̂·x̂| ≤ |(q − q̂)·x̂| + |q·(x − x̂)| ≤ ‖q − q̂‖·‖x̂‖ + ‖q‖·‖e‖
  ///
  /// The integer sum is exact; making it a float32 and two multiplications round it three times, by 2⁻²⁴ each.
  func bound(error templateError: Double, norm templateNorm: Double) -> Float {
    let rounding = 4 * 0x1p-24 * (norm + error) * templateNorm
    let bound = error * templateNorm + norm * templateError + rounding
    // Upwards, and so much that the sums above may round too.
    return Float(bound * 1.000001).nextUp
  }
}

extension Float {
  fileprivate func clamped(to limit: Float) -> Float { Swift.max(-limit, Swift.min(limit, self)) }
}
