// x̂ = (x − mean) / √(variance + ε), y = w · x̂ + b; mean and biased variance of each channel over all pixels of the
// batch (Ioffe, Szegedy 2015). With a ReLU behind it y = max(w · x̂ + b, 0), and dy below counts where y > 0.
//
// x, y [pixels…, channels] · w, b [channels], both or neither
// dx = w / √(variance + ε) · (dy − mean(dy) − x̂ · mean(dy · x̂)) · dw = Σ dy · x̂ · db = Σ dy.
//
// Where several processes share a batch, the sums over its pixels that mean, variance, mean(dy) and mean(dy · x̂) are
// made of may go over all its parts; dw and db stay those of the own part.

extension Tape {
  /// Adds up numbers over the processes that share a batch, in place.
  package typealias SharedSum = (inout [Double]) -> Void

  /// Batch norm, with a ReLU behind it or not, by the statistics of the batch, which are returned beside it. With
  /// `sum` the batch is that of all processes, which call it as often and in the same order.
  package func batchNorm(
    _ x: Variable, weight: Variable?, bias: Variable?, epsilon: Float = 1e-5, relu: Bool = false, sum: SharedSum? = nil
  ) -> (y: Variable, statistics: ChannelStatistics) {
    let statistics = ChannelStatistics(of: x.value, team, sum: sum)
    let parameters = [weight, bias].compactMap { $0 }
    let norm = ChannelNorm(statistics, epsilon: epsilon, parameters: parameters, relu: relu, op: .batchNorm)
    let y = record(.batchNorm, [x] + parameters, norm.apply(x.value, team)) { [team, x = x.value] dy in
      let (dWeight, dBias) = norm.parameterGradients(x, dy, team)
      var sums = dWeight + dBias
      sum?(&sums)
      let count = Double(statistics.count)
      // dx = scale · (dy − x̂ · Σ dy · x̂ / count − Σ dy / count), x̂ = (x − mean) · inverse
      let channels = dBias.count
      let slope = norm.scale.indices.map { -norm.scale[$0] * sums[$0] / count * norm.inverse[$0] }
      let offset = norm.scale.indices.map {
        -norm.scale[$0] * sums[channels + $0] / count - slope[$0] * norm.mean[$0]
      }
      let dx = norm.inputGradient(x, dy, slope: slope, offset: offset, team)
      return norm.gradients(x: dx, weight: dWeight, bias: dBias)
    }
    return (y, statistics)
  }
}
