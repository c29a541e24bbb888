internal import VoiceTensor

/// y = w · (x − mean) / √(variance + ε) + b for each channel (Ioffe, Szegedy 2015), as PyTorch's `BatchNorm1d/2d`.
///
/// Parameters: `weight`, `bias` `[channels]` unless not affine; `running_mean`, `running_var` `[channels]`,
/// `num_batches_tracked` `[]`.
package struct BatchNorm: Sendable {
  /// What is added to variances, PyTorch's default.
  package static let epsilon: Float = 1e-5
  /// Weight of the newest batch in the running statistics.
  static let momentum: Float = 0.1

  let channels: Int
  let weight: Parameter?
  let bias: Parameter?
  let runningMean: Parameter
  let runningVariance: Parameter
  let batchesTracked: Parameter

  init(_ scope: LayerScope, channels: Int, affine: Bool = true) {
    self.channels = channels
    weight = affine ? scope.parameter("weight", [channels], initialization: .constant(1)) : nil
    bias = affine ? scope.parameter("bias", [channels], initialization: .constant(0)) : nil
    runningMean = scope.parameter("running_mean", [channels], role: .statistic, initialization: .constant(0))
    runningVariance = scope.parameter("running_var", [channels], role: .statistic, initialization: .constant(1))
    batchesTracked = scope.parameter("num_batches_tracked", [], role: .counter, initialization: .constant(0))
  }

  /// The norm with its running statistics as `y = scale · x + shift`, `[channels]` each.
  func folded(_ store: ParameterStore) -> (scale: [Double], shift: [Double]) {
    let statistics = runningStatistics(store)
    let weight = weight.map { store[$0].values } ?? [Float](repeating: 1, count: channels)
    let bias = bias.map { store[$0].values } ?? [Float](repeating: 0, count: channels)
    let scale = (0..<channels).map {
      Double(weight[$0]) / (Double(statistics.variance[$0]) + Double(Self.epsilon)).squareRoot()
    }
    return (scale, (0..<channels).map { Double(bias[$0]) - Double(statistics.mean[$0]) * scale[$0] })
  }

  /// The statistics that evaluation uses.
  func runningStatistics(_ store: ParameterStore) -> ChannelStatistics {
    ChannelStatistics(
      mean: store[runningMean].values, variance: store[runningVariance].values,
      count: Int(store[batchesTracked].values[0]))
  }

  /// Moves the running statistics towards those of a batch.
  func update(_ store: ParameterStore, with batch: ChannelStatistics) {
    func move(_ parameter: Parameter, towards values: [Float]) {
      var running = store[parameter]
      for channel in 0..<channels {
        running.values[channel] += Self.momentum * (values[channel] - running.values[channel])
      }
      store[parameter] = running
    }
    move(runningMean, towards: batch.mean)
    move(runningVariance, towards: batch.unbiasedVariance)
    store[batchesTracked].values[0] += 1
  }
}
