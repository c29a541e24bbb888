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
  package func silu(_ x: ActivationMap) -> ActivationMap { mapped(x) { kernels.silu($0, $1, count: $2) } }

  /// The sum of two maps of one shape.
  package func add(_ x: ActivationMap, _ y: ActivationMap) -> ActivationMap {
    let z = map(like: x)
    kernels.add(x.view, y.view, z.pixels)
    withExtendedLifetime((x, y)) {}
    return z
  }

  /// x · (1 + a) + y · (1 − a).
  package func fuse(_ x: ActivationMap, _ y: ActivationMap, by attention: ActivationMap) -> ActivationMap {
    let z = map(like: x)
    kernels.fuse(x.view, y.view, by: attention.view, z.pixels)
    withExtendedLifetime((x, y, attention)) {}
    return z
  }

  /// A map of one shape with `x`. On a plane 3×3 kernels read it next: with the halo that they pad nothing is copied.
  private func map(like x: ActivationMap) -> ActivationMap {
    let edge = x.height > 1 ? 1 : 0
    return workspace.map(
      height: x.height, width: x.width, channels: x.channels, halo: Extent(height: edge, width: edge))
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

  /// Calls `body` with the first value of each row of two maps of one height.
  func forEachRow(
    _ x: ActivationMap, _ y: ActivationMap, _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    for row in 0..<x.height { body(x.view.base + row * x.view.rowPitch, y.pixels.base + row * y.view.rowPitch) }
  }
}
