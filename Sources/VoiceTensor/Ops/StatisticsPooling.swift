// y = mean ‖ spread over time of each channel; with v = Σ_t (x_t − mean)² / (width − 1) the spread is
//   deviation            √v, no floor under the root (CAM++, x-vectors)
//   variance             v (mvector's TSP)
//   offsetDeviation      √(v + ε) (TSTP)
//   populationDeviation  √max(v · (width − 1) / width, floor) (the context of ECAPA-TDNN's attention)
//
// x [batch, height, width, channels], width ≥ 2 unless population · y [batch, height, 1, 2 · channels]
// dx_t = dmean / width + dspread · ∂spread/∂v · 2 (x_t − mean) / (width − 1); where √v = 0 its share is 0.

/// How far the values of a channel lie from their mean.
package enum Spread: Sendable, Hashable {
  /// The unbiased standard deviation.
  case deviation
  /// The unbiased variance.
  case variance
  /// The root of the unbiased variance and an offset.
  case offsetDeviation(Float)
  /// The root of the biased variance, which is at least a floor.
  case populationDeviation(floor: Float)

  /// The spread of `count` values whose unbiased deviation is known.
  package func value(deviation: Float, count: Int) -> Float {
    switch self {
    case .deviation: return deviation
    case .variance: return deviation * deviation
    case .offsetDeviation(let offset): return (deviation * deviation + offset).squareRoot()
    case .populationDeviation(let floor):
      // One value alone has no unbiased deviation, but it has this one.
      let biased = count == 1 ? 0 : deviation * deviation * Float(count - 1) / Float(count)
      return max(biased, floor).squareRoot()
    }
  }

  /// ∂spread/∂v of the unbiased variance v, from the spread itself.
  fileprivate func slope(_ spread: Float, count: Int) -> Float {
    switch self {
    case .variance: return 1
    case .deviation, .offsetDeviation: return spread == 0 ? 0 : 1 / (2 * spread)
    case .populationDeviation(let floor):
      return spread > floor.squareRoot() && count > 1 ? Float(count - 1) / (Float(count) * 2 * spread) : 0
    }
  }
}

extension Tape {
  /// Mean and spread of each channel over time.
  package func statisticsPooling(_ x: Variable, _ spread: Spread = .deviation) -> Variable {
    precondition(x.shape.count == 4, "statistics pooling: [batch, height, width, channels] is needed, not \(x.shape)")
    let (rows, width, channels) = (x.shape[0] * x.shape[1], x.shape[2], x.shape[3])
    var y = Tensor(zeros: [x.shape[0], x.shape[1], 1, 2 * channels])
    x.value.values.withUnsafeBufferPointer { x in
      y.values.withUnsafeMutableBufferPointer { y in
        guard let source = x.baseAddress, let target = y.baseAddress else { return }
        for row in 0..<rows {
          VectorKernels.best.columnStatistics(
            rows: width, channels: channels, source + row * width * channels, pitch: channels, spread,
            target + row * 2 * channels)
        }
      }
    }

    return record(.statisticsPooling, [x], y) { [y] dy in
      var dx = Tensor(zeros: x.shape)
      for row in 0..<rows {
        let statistics = row * 2 * channels
        let slopes = (0..<channels).map { channel in
          let index = statistics + channels + channel
          let slope = spread.slope(y.values[index], count: width)
          return slope == 0 ? 0 : dy.values[index] * slope * 2 / Float(width - 1)
        }
        for frame in 0..<width {
          let first = (row * width + frame) * channels
          for channel in 0..<channels {
            let centred = x.value.values[first + channel] - y.values[statistics + channel]
            dx.values[first + channel] = dy.values[statistics + channel] / Float(width) + slopes[channel] * centred
          }
        }
      }
      return [dx]
    }
  }
}

extension VectorKernels {
  /// Mean ‖ spread of each channel over the rows, `[2 · channels]`.
  package func columnStatistics(
    rows: Int, channels: Int, _ x: UnsafePointer<Float>, pitch: Int, _ spread: Spread,
    _ y: UnsafeMutablePointer<Float>
  ) {
    let spreads = y + channels
    columnStatistics(rows: rows, channels: channels, x, pitch: pitch, means: y, deviations: spreads)
    if spread == .deviation { return }
    for channel in 0..<channels { spreads[channel] = spread.value(deviation: spreads[channel], count: rows) }
  }
}
