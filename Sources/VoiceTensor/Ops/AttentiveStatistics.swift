// a = softmax of the scores over time · μ = Σ_t a_t x_t · v = Σ_t a_t (x_t − μ)² · y = μ ‖ √max(v, floor)
// (Okabe, Koshinaka, Shinoda, "Attentive statistics pooling", 2018; mvector floors the variance.)
//
// x, scores [batch, height, width, channels] · y [batch, height, 1, 2 · channels]
// With dv = dσ / 2σ where v > floor, else 0:
// dx_t = a_t (dμ + 2 dv (x_t − μ)) · da_t = dμ x_t + dv (x_t − μ)² · dscores_t = a_t (da_t − Σ_s a_s da_s).

extension Tape {
  /// Mean and standard deviation of each channel over time, weighted by a softmax of its scores.
  package func attentiveStatistics(_ x: Variable, scores: Variable, floor: Float) -> Variable {
    precondition(
      x.shape.count == 4 && x.shape == scores.shape, "attentive statistics: \(x.shape) with scores \(scores.shape)")
    let (rows, width, channels) = (x.shape[0] * x.shape[1], x.shape[2], x.shape[3])
    var weights = scores.value
    var y = Tensor(zeros: [x.shape[0], x.shape[1], 1, 2 * channels])
    weights.values.withUnsafeMutableBufferPointer { weights in
      y.values.withUnsafeMutableBufferPointer { y in
        x.value.values.withUnsafeBufferPointer { x in
          guard let a = weights.baseAddress, let x = x.baseAddress, let y = y.baseAddress else { return }
          for row in 0..<rows {
            let first = row * width * channels
            AttentiveRow(width: width, channels: channels, pitch: channels).run(
              x + first, pitch: channels, weights: a + first, floor: floor, y + row * 2 * channels)
          }
        }
      }
    }
    return record(.attentiveStatistics, [x, scores], y) { [y, weights] dy in
      let gradient = AttentiveGradient(width: width, channels: channels, floor: floor)
      var (dx, dScores) = (Tensor(zeros: x.shape), Tensor(zeros: x.shape))
      dx.values.withUnsafeMutableBufferPointer { dx in
        dScores.values.withUnsafeMutableBufferPointer { dScores in
          for row in 0..<rows {
            gradient.run(row, x: x.value.values, weights: weights.values, y: y.values, dy: dy.values, dx, dScores)
          }
        }
      }
      return [dx, dScores]
    }
  }
}

/// The pooling of one row of pixels, shared by training and inference.
package struct AttentiveRow {
  private let width: Int
  private let channels: Int
  private let pitch: Int

  /// Rows of `width` pixels whose scores are `pitch` floats apart.
  package init(width: Int, channels: Int, pitch: Int) {
    self.width = width
    self.channels = channels
    self.pitch = pitch
  }

  /// Turns the scores in `weights` into their softmax over time, and writes mean ‖ deviation, `[2 · channels]`.
  package func run(
    _ x: UnsafePointer<Float>, pitch xPitch: Int, weights: UnsafeMutablePointer<Float>, floor: Float,
    _ y: UnsafeMutablePointer<Float>
  ) {
    softmax(weights, scratch: y)
    let (means, deviations) = (y, y + channels)
    means.update(repeating: 0, count: 2 * channels)
    for frame in 0..<width {
      let (x, a) = (x + frame * xPitch, weights + frame * pitch)
      for channel in 0..<channels { means[channel] += a[channel] * x[channel] }
    }
    for frame in 0..<width {
      let (x, a) = (x + frame * xPitch, weights + frame * pitch)
      for channel in 0..<channels {
        let centred = x[channel] - means[channel]
        deviations[channel] += a[channel] * centred * centred
      }
    }
    for channel in 0..<channels { deviations[channel] = max(deviations[channel], floor).squareRoot() }
  }

  /// The largest score of a channel is taken off before the exponential, so that none overflows.
  private func softmax(_ scores: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
    scratch.update(from: scores, count: channels)
    for frame in 1..<max(width, 1) {
      let row = scores + frame * pitch
      for channel in 0..<channels { scratch[channel] = max(scratch[channel], row[channel]) }
    }
    for frame in 0..<width {
      let row = scores + frame * pitch
      for channel in 0..<channels { row[channel] -= scratch[channel] }
      VectorKernels.best.exp(row, row, count: channels)
    }
    scratch.update(repeating: 0, count: channels)
    for frame in 0..<width {
      let row = scores + frame * pitch
      for channel in 0..<channels { scratch[channel] += row[channel] }
    }
    for channel in 0..<channels { scratch[channel] = 1 / scratch[channel] }
    for frame in 0..<width {
      let row = scores + frame * pitch
      for channel in 0..<channels { row[channel] *= scratch[channel] }
    }
  }
}

private struct AttentiveGradient {
  let width: Int
  let channels: Int
  let floor: Float

  func run(
    _ row: Int, x: [Float], weights: [Float], y: [Float], dy: [Float], _ dx: UnsafeMutableBufferPointer<Float>,
    _ dScores: UnsafeMutableBufferPointer<Float>
  ) {
    let (first, statistics) = (row * width * channels, row * 2 * channels)
    let root = floor.squareRoot()
    let dMean = dy[statistics..<statistics + channels]
    let dVariance = (0..<channels).map { channel -> Float in
      let deviation = y[statistics + channels + channel]
      return deviation > root ? dy[statistics + channels + channel] / (2 * deviation) : 0
    }
    var sums = [Float](repeating: 0, count: channels)
    for frame in 0..<width {
      for channel in 0..<channels {
        let index = first + frame * channels + channel
        let centred = x[index] - y[statistics + channel]
        let mean = dMean[statistics + channel]
        dx[index] = weights[index] * (mean + 2 * dVariance[channel] * centred)
        dScores[index] = mean * x[index] + dVariance[channel] * centred * centred
        sums[channel] += weights[index] * dScores[index]
      }
    }
    for frame in 0..<width {
      for channel in 0..<channels {
        let index = first + frame * channels + channel
        dScores[index] = weights[index] * (dScores[index] - sums[channel])
      }
    }
  }
}
