// x̂ = (x − mean) / √(variance + ε), y = w · x̂ + b; mean and biased variance of each channel over all pixels of the
// batch (Ioffe, Szegedy 2015).
//
// x, y [pixels…, channels] · w, b [channels], both or neither
// dx = w / √(variance + ε) · (dy − mean(dy) − x̂ · mean(dy · x̂)) · dw = Σ dy · x̂ · db = Σ dy.

extension Tape {
  /// Batch norm with the statistics of the batch, which are returned beside it.
  package func batchNorm(
    _ x: Variable, weight: Variable?, bias: Variable?, epsilon: Float = 1e-5
  ) -> (y: Variable, statistics: ChannelStatistics) {
    let statistics = ChannelStatistics(of: x.value)
    let norm = ChannelNorm(statistics, epsilon: epsilon, weight: weight, bias: bias, op: .batchNorm)
    let y = record(.batchNorm, norm.inputs(x), norm.apply(x.value)) { dy in
      let (dWeight, dBias) = norm.parameterGradients(x.value, dy)
      let count = Double(x.value.pixels)
      // dx = scale · dy − slope · x̂ − offset
      let slope = zip(norm.scale, dWeight).map { $0 * $1 / count }
      let offset = zip(norm.scale, dBias).map { $0 * $1 / count }
      let correction = x.value.mapChannels { value, channel in
        Float(slope[channel] * norm.normalised(value, channel) + offset[channel])
      }
      let direct = dy.mapChannels { value, channel in Float(Double(value) * norm.scale[channel]) }
      return norm.gradients(x: direct.zip(correction, -), weight: dWeight, bias: dBias)
    }
    return (y, statistics)
  }
}
