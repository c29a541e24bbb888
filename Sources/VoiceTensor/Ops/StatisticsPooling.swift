// y = mean ‖ σ over time, σ² = Σ_t (x_t − mean)² / (width − 1), no floor under the root (CAM++, x-vectors).
//
// x [batch, height, width, channels], width ≥ 2 · y [batch, height, 1, 2 · channels]
// dx_t = dmean / width + dσ · (x_t − mean) / ((width − 1) · σ); where σ = 0 its share is 0.

extension Tape {
  /// Mean and unbiased standard deviation of each channel over time.
  package func statisticsPooling(_ x: Variable) -> Variable {
    precondition(x.shape.count == 4, "statistics pooling: [batch, height, width, channels] is needed, not \(x.shape)")
    let (rows, width, channels) = (x.shape[0] * x.shape[1], x.shape[2], x.shape[3])
    var y = Tensor(zeros: [x.shape[0], x.shape[1], 1, 2 * channels])
    x.value.values.withUnsafeBufferPointer { x in
      y.values.withUnsafeMutableBufferPointer { y in
        guard let source = x.baseAddress, let target = y.baseAddress else { return }
        for row in 0..<rows {
          let means = target + row * 2 * channels
          VectorKernels.best.columnStatistics(
            rows: width, channels: channels, source + row * width * channels, pitch: channels, means: means,
            deviations: means + channels)
        }
      }
    }

    return record(.statisticsPooling, [x], y) { [y] dy in
      var dx = Tensor(zeros: x.shape)
      for pixel in 0..<rows * width {
        let row = pixel / width * 2 * channels
        for channel in 0..<channels {
          let deviation = y.values[row + channels + channel]
          let centred = x.value.values[pixel * channels + channel] - y.values[row + channel]
          let slope = deviation == 0 ? 0 : centred / (Float(width - 1) * deviation)
          dx.values[pixel * channels + channel] =
            dy.values[row + channel] / Float(width) + dy.values[row + channels + channel] * slope
        }
      }
      return [dx]
    }
  }
}
