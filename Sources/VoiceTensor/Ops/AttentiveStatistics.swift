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
    var y = Tensor(zeros: [x.shape[0], x.shape[1], 1, 2 * channels])
    let weights = Tensor(scores.shape) { a in
      y.values.withUnsafeMutableBufferPointer { y in
        guard let y = y.baseAddress else { return }
        scores.value.read { scores in
          x.value.read { x in
            team.forEach(rows) { row, _ in
              let first = row * width * channels
              (a + first).update(from: scores.base + first, count: width * channels)
              AttentiveRow(width: width, channels: channels, pitch: channels).run(
                x.base + first, pitch: channels, weights: a + first, floor: floor, y + row * 2 * channels)
            }
          }
        }
      }
    }
    return record(.attentiveStatistics, [x, scores], y) { [team, y, weights, x = x.value] dy in
      let gradient = AttentiveGradient(width: width, channels: channels, floor: floor)
      var dScores: Tensor?
      let dx = Tensor(x.shape) { dx in
        dScores = Tensor(x.shape) { dScores in
          x.read { x in
            weights.read { weights in
              y.read { y in
                dy.read { dy in
                  team.forEach(rows) { row, _ in
                    let (first, statistics) = (row * width * channels, row * 2 * channels)
                    gradient.run(
                      x: x.base + first, weights: weights.base + first, y: y.base + statistics,
                      dy: dy.base + statistics, dx + first, dScores + first)
                  }
                }
              }
            }
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

/// The gradients of one row of pixels.
private struct AttentiveGradient {
  let width: Int
  let channels: Int
  let floor: Float

  func run(
    x: UnsafePointer<Float>, weights: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>, _ dScores: UnsafeMutablePointer<Float>
  ) {
    let root = floor.squareRoot()
    let dVariance = (0..<channels).map { channel -> Float in
      let deviation = y[channels + channel]
      return deviation > root ? dy[channels + channel] / (2 * deviation) : 0
    }
    var sums = [Float](repeating: 0, count: channels)
    dVariance.withUnsafeBufferPointer { dVariance in
      sums.withUnsafeMutableBufferPointer { sums in
        for frame in 0..<width {
          let (x, a) = (x + frame * channels, weights + frame * channels)
          let (dx, dScores) = (dx + frame * channels, dScores + frame * channels)
          for channel in 0..<channels {
            let centred = x[channel] - y[channel]
            let (mean, slope) = (dy[channel], dVariance[channel])
            dx[channel] = a[channel] * (mean + 2 * slope * centred)
            dScores[channel] = mean * x[channel] + slope * centred * centred
            sums[channel] += a[channel] * dScores[channel]
          }
        }
        for frame in 0..<width {
          let (a, dScores) = (weights + frame * channels, dScores + frame * channels)
          for channel in 0..<channels { dScores[channel] = a[channel] * (dScores[channel] - sums[channel]) }
        }
      }
    }
  }
}
