/// What both kinds of batch norm have in common: `y = w · (x − mean) · inverse + b`, inverse = 1 / √(variance + ε).
///
/// Constants are in double precision: the rounding of a norm decides the side of the ReLU behind it for values near its
/// edge, and with the side the gradient.
struct ChannelNorm {
  let mean: [Double]
  let inverse: [Double]
  /// `w · inverse`, where w is 1 when the norm has no parameters of its own.
  let scale: [Double]
  private let shift: [Double]
  private let parameters: [Variable]

  init(_ statistics: ChannelStatistics, epsilon: Float, weight: Variable?, bias: Variable?, op: OpKind) {
    parameters = [weight, bias].compactMap { $0 }
    precondition(parameters.count != 1, "\(op): weight and bias come together")
    precondition(
      parameters.allSatisfy { $0.shape == [statistics.mean.count] },
      "\(op): parameters \(parameters.map(\.shape)) for \(statistics.mean.count) channels")

    let mean = statistics.mean.map(Double.init)
    let inverse = statistics.variance.map { 1 / (Double($0) + Double(epsilon)).squareRoot() }
    let scale = weight.map { zip($0.value.values, inverse).map { Double($0) * $1 } } ?? inverse
    let shift = mean.indices.map { Double(bias?.value.values[$0] ?? 0) - mean[$0] * scale[$0] }
    (self.mean, self.inverse, self.scale, self.shift) = (mean, inverse, scale, shift)
  }

  func inputs(_ x: Variable) -> [Variable] {
    precondition(x.value.channels == mean.count, "batch norm of \(mean.count) channels: \(x.shape)")
    return [x] + parameters
  }

  func apply(_ x: Tensor) -> Tensor {
    x.mapChannels { value, channel in Float(Double(value) * scale[channel] + shift[channel]) }
  }

  /// x̂ of a value.
  func normalised(_ value: Float, _ channel: Int) -> Double {
    (Double(value) - mean[channel]) * inverse[channel]
  }

  /// Σ dy · x̂ and Σ dy, `[channels]` each.
  func parameterGradients(_ x: Tensor, _ dy: Tensor) -> (weight: [Double], bias: [Double]) {
    let weight = dy.channelSums { index, channel in
      Double(dy.values[index]) * normalised(x.values[index], channel)
    }
    return (weight, dy.channelSums { index, _ in Double(dy.values[index]) })
  }

  /// The gradients in the order of `inputs`.
  func gradients(x: Tensor, weight: [Double], bias: [Double]) -> [Tensor?] {
    guard !parameters.isEmpty else { return [x] }
    return [x] + [weight, bias].map { Tensor(shape: [mean.count], values: $0.map(Float.init)) }
  }
}

extension Tensor {
  /// `function(value, channel)` of each value.
  func mapChannels(_ function: (Float, Int) -> Float) -> Tensor {
    let values = [Float](unsafeUninitializedCapacity: count) { target, initialised in
      self.values.withUnsafeBufferPointer { source in
        for pixel in 0..<pixels {
          for channel in 0..<channels {
            let index = pixel * channels + channel
            target[index] = function(source[index], channel)
          }
        }
      }
      initialised = count
    }
    return Tensor(shape: shape, values: values)
  }
}
