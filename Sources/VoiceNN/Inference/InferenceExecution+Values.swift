internal import VoiceTensor

// Value by value.
extension InferenceExecution {
  /// max(x, 0) of each value.
  package func relu(_ x: ActivationMap) -> ActivationMap { mapped(x) { kernels.relu($0, $1, count: $2) } }

  /// Within 2e-7 of the logistic function of each value.
  package func sigmoid(_ x: ActivationMap) -> ActivationMap { mapped(x) { kernels.sigmoid($0, $1, count: $2) } }

  /// Within 3e-7 relative of the hyperbolic tangent of each value.
  package func tanh(_ x: ActivationMap) -> ActivationMap { mapped(x) { kernels.tanh($0, $1, count: $2) } }

  /// x · sigmoid(x) of each value.
  package func silu(_ x: ActivationMap) -> ActivationMap {
    mapped(x) { x, y, count in
      kernels.sigmoid(x, y, count: count)
      for index in 0..<count { y[index] *= x[index] }
    }
  }

  /// The sum of two maps of one shape.
  package func add(_ x: ActivationMap, _ y: ActivationMap) -> ActivationMap {
    combined(x, y) { kernels.add($0, $1, $2, count: $3) }
  }

  /// x · (1 + a) + y · (1 − a).
  package func fuse(_ x: ActivationMap, _ y: ActivationMap, by attention: ActivationMap) -> ActivationMap {
    let z = combined(x, y) { x, y, z, count in for index in 0..<count { z[index] = x[index] + y[index] } }
    let difference = combined(x, y) { x, y, z, count in for index in 0..<count { z[index] = x[index] - y[index] } }
    let product = combined(difference, attention) { d, a, z, count in
      for index in 0..<count { z[index] = d[index] * a[index] }
    }
    return add(z, product)
  }

  /// Every pixel times `[1, 1, channels]`.
  package func scale(_ x: ActivationMap, by gate: ActivationMap) -> ActivationMap {
    precondition(gate.channels == x.channels && gate.width == 1, "scale: a gate of \(gate.channels) for \(x.channels)")
    let y = workspace.map(height: x.height, width: x.width, channels: x.channels)
    let (factors, channels) = (gate.view.base, x.channels)
    forEachRow(x, y) { source, target in
      for frame in 0..<x.width {
        let (source, target) = (source + frame * x.view.pixelPitch, target + frame * y.view.pixelPitch)
        for channel in 0..<channels { target[channel] = source[channel] * factors[channel] }
      }
    }
    withExtendedLifetime((x, gate)) {}
    return y
  }

  /// The map itself: nothing is dropped outside of training.
  package func dropout(_ x: ActivationMap, rate: Float) -> ActivationMap { x }

  /// A new map with `body` of each value; in one call a row where pixels lie side by side.
  private func mapped(
    _ x: ActivationMap, _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) -> ActivationMap {
    let y = workspace.map(height: x.height, width: x.width, channels: x.channels)
    let isDense = x.view.pixelPitch == x.channels && y.view.pixelPitch == x.channels
    forEachRow(x, y) { source, target in
      if isDense { return body(source, target, x.width * x.channels) }
      for frame in 0..<x.width {
        body(source + frame * x.view.pixelPitch, target + frame * y.view.pixelPitch, x.channels)
      }
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// A new map with `body` of each pair of values.
  private func combined(
    _ a: ActivationMap, _ b: ActivationMap,
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) -> ActivationMap {
    precondition(
      a.height == b.height && a.width == b.width && a.channels == b.channels,
      "maps [\(a.height), \(a.width), \(a.channels)] and [\(b.height), \(b.width), \(b.channels)]")
    let y = workspace.map(height: a.height, width: a.width, channels: a.channels)
    let isDense = [a.view.pixelPitch, b.view.pixelPitch, y.view.pixelPitch].allSatisfy { $0 == a.channels }
    for row in 0..<a.height {
      let (left, right) = (a.view.base + row * a.view.rowPitch, b.view.base + row * b.view.rowPitch)
      let target = y.pixels.base + row * y.view.rowPitch
      if isDense {
        body(left, right, target, a.width * a.channels)
        continue
      }
      for frame in 0..<a.width {
        body(
          left + frame * a.view.pixelPitch, right + frame * b.view.pixelPitch, target + frame * y.view.pixelPitch,
          a.channels)
      }
    }
    withExtendedLifetime((a, b)) {}
    return y
  }

  /// Calls `body` with the first value of each row of two maps of one height.
  func forEachRow(
    _ x: ActivationMap, _ y: ActivationMap, _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    for row in 0..<x.height { body(x.view.base + row * x.view.rowPitch, y.pixels.base + row * y.view.rowPitch) }
  }
}
