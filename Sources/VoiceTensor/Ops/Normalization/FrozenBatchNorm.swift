// x̂ = (x − mean) / √(variance + ε), y = w · x̂ + b; mean and variance are given: batch norm in evaluation.
//
// x, y [pixels…, channels] · mean, variance, w, b [channels], w and b both or neither
// dx = dy · w / √(variance + ε) · dw = Σ dy · x̂ · db = Σ dy.

extension Tape {
  /// Batch norm with running statistics.
  package func frozenBatchNorm(
    _ x: Variable, weight: Variable?, bias: Variable?, statistics: ChannelStatistics, epsilon: Float = 1e-5
  ) -> Variable {
    let norm = ChannelNorm(statistics, epsilon: epsilon, weight: weight, bias: bias, op: .frozenBatchNorm)
    return record(.frozenBatchNorm, norm.inputs(x), norm.apply(x.value)) { dy in
      let (dWeight, dBias) = norm.parameterGradients(x.value, dy)
      let dx = dy.mapChannels { value, channel in Float(Double(value) * norm.scale[channel]) }
      return norm.gradients(x: dx, weight: dWeight, bias: dBias)
    }
  }
}
