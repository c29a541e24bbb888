internal import VoiceTensor

/// How the values of a new parameter are drawn, as in PyTorch.
package enum Initialization: Sendable, Hashable {
  /// PyTorch's default of a convolution or linear layer: uniform within 1 / √(fan in) (`kaiming_uniform`, a = √5).
  case standard
  /// Uniform within 1 / √(fan in): the bias of such a layer.
  case uniform(fanIn: Int)
  /// Normal with variance 2 / fan in (He et al. 2015).
  case kaimingNormalFanIn
  /// Normal with variance 2 / fan out.
  case kaimingNormalFanOut
  /// Uniform within √(6 / (fan in + fan out)) (Glorot, Bengio 2010).
  case xavierUniform
  /// One value.
  case constant(Float)

  /// Values of a parameter in PyTorch's shape `[out, in, kernel…]`.
  func values(_ shape: [Int], _ random: inout RandomSource) -> [Float] {
    let count = shape.reduce(1, *)
    let taps = shape.dropFirst(2).reduce(1, *)
    let fanIn = shape.count > 1 ? shape[1] * taps : max(1, count)
    let fanOut = (shape.first ?? 1) * taps
    func uniform(_ bound: Double) -> [Float] { (0..<count).map { _ in Float(random.uniform(in: -bound...bound)) } }
    func normal(_ deviation: Double) -> [Float] { (0..<count).map { _ in Float(random.normal() * deviation) } }
    switch self {
    case .standard: return uniform(1 / Double(fanIn).squareRoot())
    case .uniform(let fanIn): return uniform(1 / Double(fanIn).squareRoot())
    case .kaimingNormalFanIn: return normal((2 / Double(fanIn)).squareRoot())
    case .kaimingNormalFanOut: return normal((2 / Double(fanOut)).squareRoot())
    case .xavierUniform: return uniform((6 / Double(fanIn + fanOut)).squareRoot())
    case .constant(let value): return [Float](repeating: value, count: count)
    }
  }
}
