/// A way to run a network's forward pass, which is written once: on a tape for training, or packed for inference.
///
/// Maps are channels-last, `[height, width, channels]` of one utterance or of each of a batch; height is frequency
/// (1 for a sequence), width is time.
package protocol Execution {
  /// Activations.
  associatedtype Map

  /// A sequence of frames `[1, frames, bins]` as an image `[bins, frames, 1]`.
  func image(_ frames: Map) -> Map

  /// A convolution with its norm, residual and activation.
  func convolve(_ layer: ConvolutionLayer, _ x: Map, residual: Map?) -> Map

  /// `map ‖ (gate · convolution of x)` along the channels; a frame of the gate `[1, segments, channels]` serves
  /// `segmentLength` frames. The map must have room for the channels that are added, and is used up; `x` must be laid
  /// out with the halo that the convolution pads.
  func append(
    _ layer: ConvolutionLayer, _ x: Map, gate: Map, segmentLength: Int, to map: Map
  ) -> Map

  /// BN → ReLU.
  func normalize(_ layer: NormActivation, _ x: Map) -> Map

  /// The mean of each channel over every segment of `length` frames, `[height, ⌈width / length⌉, channels]`.
  func segmentMean(_ x: Map, length: Int) -> Map

  /// The mean of each channel over time, `[height, 1, channels]`.
  func meanOverTime(_ x: Map) -> Map

  /// Adds a vector `[height, 1, channels]` to each frame.
  func add(_ vector: Map, toEachFrameOf x: Map) -> Map

  /// The logistic function of each value.
  func sigmoid(_ x: Map) -> Map

  /// Mean ‖ unbiased standard deviation of each channel over time, `[height, 1, 2 · channels]`.
  func statisticsPooling(_ x: Map) -> Map
}
