package import VoiceTensor

/// A way to run a network's forward pass, which is written once: on a tape for training, or packed for inference.
///
/// Maps are channels-last, `[height, width, channels]` of one utterance or of each of a batch; height is frequency
/// (1 for a sequence), width is time.
package protocol Execution {
  /// Activations.
  associatedtype Map

  /// A sequence of frames `[1, frames, bins]` as an image `[bins, frames, 1]`.
  func image(_ frames: Map) -> Map

  /// A convolution with its norm, residual and activation; written to `place`, a part of ``room(channels:like:)``, if
  /// there is one.
  func convolve(_ layer: ConvolutionLayer, _ x: Map, residual: Map?, into place: Map?) -> Map

  /// ReLU(g · convolution of x + shortcut), the end of a bottleneck with squeeze and excitation: the gate g
  /// `[1, 1, channels]` is `gate` of the mean of that convolution over its map. The layer is 1×1 and linear.
  func excite(_ layer: ConvolutionLayer, _ x: Map, shortcut: Map, gate: (Map) -> Map) -> Map

  /// Room for a map of the size of `x` whose channels are written part by part; nil where parts are maps of their own.
  func room(channels: Int, like x: Map) -> Map?

  /// `map ‖ (gate · convolution of x)` along the channels; a frame of the gate `[1, segments, channels]` serves
  /// `segmentLength` frames. The map must have room for the channels that are added, and is used up; `x` must be laid
  /// out with the halo that the convolution pads.
  func append(
    _ layer: ConvolutionLayer, _ x: Map, gate: Map, segmentLength: Int, to map: Map
  ) -> Map

  /// BN, then ReLU if the layer has one.
  func normalize(_ layer: NormActivation, _ x: Map) -> Map

  /// The mean of each channel over every segment of `length` frames, `[height, ⌈width / length⌉, channels]`.
  func segmentMean(_ x: Map, length: Int) -> Map

  /// The mean of each channel over time, `[height, 1, channels]`.
  func meanOverTime(_ x: Map) -> Map

  /// Adds a vector `[height, 1, channels]` to each frame.
  func add(_ vector: Map, toEachFrameOf x: Map) -> Map

  // ---- Value by value ----

  /// max(x, 0) of each value.
  func relu(_ x: Map) -> Map

  /// The logistic function of each value.
  func sigmoid(_ x: Map) -> Map

  /// The hyperbolic tangent of each value.
  func tanh(_ x: Map) -> Map

  /// x · sigmoid(x) of each value.
  func silu(_ x: Map) -> Map

  /// The sum of two maps of one shape.
  func add(_ x: Map, _ y: Map) -> Map

  /// x · (1 + a) + y · (1 − a), all of one shape (ERes2Net's attentional feature fusion).
  func fuse(_ x: Map, _ y: Map, by attention: Map) -> Map

  /// Every pixel times a vector `[1, 1, channels]` (squeeze and excitation).
  func scale(_ x: Map, by gate: Map) -> Map

  /// Zeros in place of a share of the values, the others larger, in training; `x` itself otherwise.
  func dropout(_ x: Map, rate: Float) -> Map

  // ---- Shapes ----

  /// Some of the channels.
  func channels(_ range: Range<Int>, of x: Map) -> Map

  /// The channels of all maps, one map's after the other's; in `room`, where some of them may lie already.
  func concatenate(_ maps: [Map], in room: Map?) -> Map

  /// Frequencies as further channels, `[1, width, channels · height]`, channel-major: c · height + h.
  func flatten(_ x: Map) -> Map

  /// Frames mirrored at both ends of time, `[height, width + 2 · frames, channels]`; width must exceed `frames`.
  func reflect(_ x: Map, by frames: Int) -> Map

  // ---- Pooling ----

  /// The largest or mean value of each channel under windows.
  func pool(_ x: Map, _ pooling: PoolingShape) -> Map

  /// The mean of each channel over the whole map, `[1, 1, channels]`.
  func meanOverMap(_ x: Map) -> Map

  /// The mean of each channel over frequency, `[1, width, channels]`.
  func meanOverHeight(_ x: Map) -> Map

  /// The largest value of each channel over time, `[height, 1, channels]`.
  func maxOverTime(_ x: Map) -> Map

  /// Mean ‖ spread of each channel over time, `[height, 1, 2 · channels]`.
  func statisticsPooling(_ x: Map, _ spread: Spread) -> Map

  /// Mean ‖ deviation over time, each frame weighted by the softmax of its scores, `[height, 1, 2 · channels]`; the
  /// variance is at least `floor`.
  func attentiveStatistics(_ x: Map, scores: Map, floor: Float) -> Map

  /// x ‖ its mean over time ‖ its deviation over time, the same at every frame, `[height, width, 3 · channels]`; the
  /// biased variance is at least `floor` (ECAPA-TDNN's context).
  func appendContext(_ x: Map, floor: Float) -> Map
}

extension Execution {
  /// The channels of all maps, one map's after the other's.
  package func concatenate(_ maps: [Map]) -> Map { concatenate(maps, in: nil) }
}
