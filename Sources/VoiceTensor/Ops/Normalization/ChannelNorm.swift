/// What both kinds of batch norm have in common: `y = w · (x − mean) · inverse + b`, inverse = 1 / √(variance + ε),
/// with a ReLU behind it or not.
///
/// Constants are in double precision: the rounding of a norm decides the side of the ReLU behind it for values near its
/// edge, and with the side the gradient.
struct ChannelNorm {
  /// `[channels]`, as all constants.
  let mean: [Double]
  let inverse: [Double]
  /// `w · inverse`, where w is 1 when the norm has no parameters of its own.
  let scale: [Double]
  private let shift: [Double]
  private let relu: Bool
  private let hasParameters: Bool

  /// Whether ReLU is part of it is for the caller to say; `parameters` are w and b, or empty.
  init(_ statistics: ChannelStatistics, epsilon: Float, parameters: [Variable], relu: Bool, op: OpKind) {
    precondition(parameters.count != 1, "\(op): weight and bias come together")
    precondition(
      parameters.allSatisfy { $0.shape == [statistics.mean.count] },
      "\(op): parameters \(parameters.map(\.shape)) for \(statistics.mean.count) channels")

    let mean = statistics.mean.map(Double.init)
    let inverse = statistics.variance.map { 1 / (Double($0) + Double(epsilon)).squareRoot() }
    let scale = parameters.first.map { zip($0.value.values, inverse).map { Double($0) * $1 } } ?? inverse
    let bias = parameters.last.map { $0.value.values.map { Double($0) } }
    (self.mean, self.inverse, self.scale) = (mean, inverse, scale)
    shift = mean.indices.map { (bias?[$0] ?? 0) - mean[$0] * scale[$0] }
    self.relu = relu
    hasParameters = !parameters.isEmpty
  }

  private var channels: Int { mean.count }

  func apply(_ x: Tensor, _ team: TensorTeam) -> Tensor {
    precondition(x.channels == channels, "batch norm of \(channels) channels: \(x.shape)")
    return Tensor(x.shape) { y in
      x.read { x in
        team.forEachCut(of: x.count / channels, size: channels) { pixels in
          let first = pixels.lowerBound * channels
          TrainingKernels.best.norm(
            rows: pixels.count, channels: channels, x.base + first, scale: scale, shift: shift, relu: relu, y + first)
        }
      }
    }
  }

  /// With g = dy where the ReLU let the value through: Σ g · x̂ and Σ g, `[channels]` each.
  func parameterGradients(_ x: Tensor, _ dy: Tensor, _ team: TensorTeam) -> (weight: [Double], bias: [Double]) {
    let sums = x.read { x in
      dy.read { dy in
        team.sums(pixels: x.count / channels, channels: channels, count: 2 * channels) { pixels, sums in
          let first = pixels.lowerBound * channels
          TrainingKernels.best.normMoments(
            rows: pixels.count, channels: channels, x.base + first, dy: dy.base + first, scale: scale, shift: shift,
            relu: relu, sums: sums, products: sums + channels)
        }
      }
    }
    let weight = (0..<channels).map { (sums[channels + $0] - mean[$0] * sums[$0]) * inverse[$0] }
    return (weight, Array(sums[..<channels]))
  }

  /// `scale · g + slope · x + offset`, slope and offset `[channels]`.
  func inputGradient(_ x: Tensor, _ dy: Tensor, slope: [Double], offset: [Double], _ team: TensorTeam) -> Tensor {
    Tensor(x.shape) { dx in
      x.read { x in
        dy.read { dy in
          team.forEachCut(of: x.count / channels, size: channels) { pixels in
            let first = pixels.lowerBound * channels
            TrainingKernels.best.normGradient(
              rows: pixels.count, channels: channels, x.base + first, dy: dy.base + first, scale: scale, shift: shift,
              relu: relu, slope: slope, offset: offset, dx + first)
          }
        }
      }
    }
  }

  /// The gradients of x and the parameters, in this order.
  func gradients(x: Tensor, weight: [Double], bias: [Double]) -> [Tensor?] {
    guard hasParameters else { return [x] }
    return [x] + [weight, bias].map { Tensor(shape: [channels], values: $0.map { Float($0) }) }
  }
}
