// x̂ = (x − mean) / √(variance + ε), y = w · x̂ + b; mean and variance are given: batch norm in evaluation. With a ReLU
// behind it y = max(w · x̂ + b, 0), and dy below counts where y > 0.
//
// x, y [pixels…, channels] · mean, variance, w, b [channels], w and b both or neither
// dx = dy · w / √(variance + ε) · dw = Σ dy · x̂ · db = Σ dy.

extension Tape {
  /// Batch norm, with a ReLU behind it or not, by running statistics.
  package func frozenBatchNorm(
    _ x: Variable, weight: Variable?, bias: Variable?, statistics: ChannelStatistics, epsilon: Float = 1e-5,
    relu: Bool = false
  ) -> Variable {
    let parameters = [weight, bias].compactMap { $0 }
    let norm = ChannelNorm(statistics, epsilon: epsilon, parameters: parameters, relu: relu, op: .frozenBatchNorm)
    return record(.frozenBatchNorm, [x] + parameters, norm.apply(x.value, team)) { [team, x = x.value] dy in
      let (dWeight, dBias) = norm.parameterGradients(x, dy, team)
      let zeros = [Double](repeating: 0, count: norm.mean.count)
      let dx = norm.inputGradient(x, dy, slope: zeros, offset: zeros, team)
      return norm.gradients(x: dx, weight: dWeight, bias: dBias)
    }
  }
}
