/// What both kinds of batch norm have in common: `y = w · (x − mean) · inverse + b`, inverse = 1 / √(variance + ε).
struct ChannelNorm {
  let mean: [Float]
  let inverse: [Float]
  /// Ones when the norm has no parameters of its own.
  let weight: [Float]
  private let bias: [Float]
  private let parameters: [Variable]

  init(_ statistics: ChannelStatistics, epsilon: Float, weight: Variable?, bias: Variable?, op: OpKind) {
    mean = statistics.mean
    inverse = statistics.variance.map { 1 / ($0 + epsilon).squareRoot() }
    parameters = [weight, bias].compactMap { $0 }
    precondition(parameters.count != 1, "\(op): weight and bias come together")
    precondition(
      parameters.allSatisfy { $0.shape == [statistics.mean.count] },
      "\(op): parameters \(parameters.map(\.shape)) for \(statistics.mean.count) channels")
    self.weight = weight?.value.values ?? [Float](repeating: 1, count: mean.count)
    self.bias = bias?.value.values ?? [Float](repeating: 0, count: mean.count)
  }

  func inputs(_ x: Variable) -> [Variable] {
    precondition(x.value.channels == mean.count, "batch norm of \(mean.count) channels: \(x.shape)")
    return [x] + parameters
  }

  func apply(_ x: Tensor) -> Tensor {
    var y = x
    for index in 0..<y.count {
      let channel = index % y.channels
      y.values[index] = (y.values[index] - mean[channel]) * inverse[channel] * weight[channel] + bias[channel]
    }
    return y
  }

  /// Σ dy · x̂ and Σ dy, `[channels]` each.
  func parameterGradients(_ x: Tensor, _ dy: Tensor) -> (weight: [Float], bias: [Float]) {
    let weight = dy.channelSums { index, channel in
      Double(dy.values[index]) * Double((x.values[index] - mean[channel]) * inverse[channel])
    }
    return (weight.map(Float.init), dy.channelSums().values)
  }

  /// The gradients in the order of `inputs`.
  func gradients(x: Tensor, weight: [Float], bias: [Float]) -> [Tensor?] {
    guard !parameters.isEmpty else { return [x] }
    return [x, Tensor(shape: [mean.count], values: weight), Tensor(shape: [mean.count], values: bias)]
  }
}
