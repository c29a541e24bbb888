package import VoiceTensor

// Values of many pixels in one.
extension InferenceExecution {
  /// The largest or mean value of each channel under windows.
  package func pool(_ x: ActivationMap, _ pooling: PoolingShape) -> ActivationMap {
    let size = pooling.output(height: x.height, width: x.width)
    let y = workspace.map(height: size.height, width: size.width, channels: x.channels)
    let share = 1 / Float(pooling.kernel[0] * pooling.kernel[1])
    for i in 0..<size.height {
      for j in 0..<size.width {
        let target = y.pixels.base + i * y.view.rowPitch + j * y.view.pixelPitch
        target.update(repeating: pooling.kind == .maximum ? -.infinity : 0, count: x.channels)
        for row in pooling.window(0, i, of: x.height) {
          for column in pooling.window(1, j, of: x.width) {
            let source = x.view.base + row * x.view.rowPitch + column * x.view.pixelPitch
            switch pooling.kind {
            case .maximum: for channel in 0..<x.channels { target[channel] = max(target[channel], source[channel]) }
            case .average: for channel in 0..<x.channels { target[channel] += share * source[channel] }
            }
          }
        }
      }
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// `[1, 1, channels]`: the mean of the rows' means, which are equally long.
  package func meanOverMap(_ x: ActivationMap) -> ActivationMap { meanOverHeight(meanOverTime(x)) }

  /// `[1, width, channels]`.
  package func meanOverHeight(_ x: ActivationMap) -> ActivationMap {
    if x.height == 1 { return x }
    let y = workspace.map(height: 1, width: x.width, channels: x.channels)
    for frame in 0..<x.width {
      kernels.columnMeans(
        rows: x.height, channels: x.channels, x.view.base + frame * x.view.pixelPitch, pitch: x.view.rowPitch,
        means: y.pixels.base + frame * y.view.pixelPitch)
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// `[height, 1, channels]`.
  package func maxOverTime(_ x: ActivationMap) -> ActivationMap {
    pool(x, PoolingShape(.maximum, kernel: Extent(height: 1, width: x.width)))
  }

  /// `[height, 1, 2 · channels]`; two passes over the map, as the deviation is about the mean.
  package func statisticsPooling(_ x: ActivationMap, _ spread: Spread) -> ActivationMap {
    let y = workspace.map(height: x.height, width: 1, channels: 2 * x.channels)
    forEachRow(x, y) { source, target in
      kernels.columnStatistics(
        rows: x.width, channels: x.channels, source, pitch: x.view.pixelPitch, spread, target)
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// `[height, 1, 2 · channels]`.
  package func attentiveStatistics(
    _ x: ActivationMap, scores: ActivationMap, floor: Float
  ) -> ActivationMap {
    let weights = workspace.map(height: x.height, width: x.width, channels: x.channels)
    copy(scores, into: weights)
    let y = workspace.map(height: x.height, width: 1, channels: 2 * x.channels)
    let row = AttentiveRow(width: x.width, channels: x.channels, pitch: weights.view.pixelPitch)
    for index in 0..<x.height {
      row.run(
        x.view.base + index * x.view.rowPitch, pitch: x.view.pixelPitch,
        weights: weights.pixels.base + index * weights.view.rowPitch, floor: floor,
        y.pixels.base + index * y.view.rowPitch)
    }
    withExtendedLifetime((x, weights)) {}
    return y
  }

  /// `[height, width, 3 · channels]`.
  package func appendContext(_ x: ActivationMap, floor: Float) -> ActivationMap {
    let statistics = statisticsPooling(x, .populationDeviation(floor: floor))
    let y = workspace.map(height: x.height, width: x.width, channels: 3 * x.channels)
    copy(x, into: y.channels(0..<x.channels))
    forEachRow(statistics, y) { source, target in
      for frame in 0..<x.width {
        (target + frame * y.view.pixelPitch + x.channels).update(from: source, count: 2 * x.channels)
      }
    }
    withExtendedLifetime(statistics) {}
    return y
  }
}
