internal import VoiceTensor

/// A batch norm by itself, or BN → ReLU in front of a convolution (pre-activation): one pass over the map in inference.
package struct NormActivation: Sendable {
  let index: Int
  let norm: BatchNorm
  /// Whether a ReLU follows.
  let relu: Bool
  /// Whether training runs the layer a second time for the backward pass (PyTorch's activation checkpointing), which
  /// moves the running statistics twice a step.
  let isRecomputed: Bool

  /// Declares the parameters of the norm at `scope`.
  package init(
    _ scope: LayerScope, channels: Int, affine: Bool = true, relu: Bool = true, isRecomputed: Bool = false
  ) {
    let norm = BatchNorm(scope, channels: channels, affine: affine)
    self = scope.registry.add {
      Self(index: $0, norm: norm, relu: relu, isRecomputed: isRecomputed)
    } as: { .norm($0) }
  }

  private init(index: Int, norm: BatchNorm, relu: Bool, isRecomputed: Bool) {
    self.index = index
    self.norm = norm
    self.relu = relu
    self.isRecomputed = isRecomputed
  }

  /// Runs the layer.
  package func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    run.normalize(self, x)
  }
}
