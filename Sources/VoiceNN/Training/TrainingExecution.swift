package import VoiceTensor

/// Runs a network on a tape, with batch norms that learn (training) or keep still (evaluation).
///
/// Maps are variables `[batch, height, width, channels]`.
package final class TrainingExecution: Execution {
  /// What batch norms do.
  package enum Mode: Sendable {
    /// They use the statistics of the batch and move the running ones.
    case training
    /// They use the running statistics, which stay; all else learns.
    case fineTuning
    /// They use the running statistics.
    case evaluation
  }

  /// Where the forward pass is recorded.
  package let tape: Tape
  /// Told of each layer when it has run, if anybody asks.
  package var onLayer: ((LayerTrace) -> Void)?
  /// Given the derivative by each parameter as soon as it is final, if anybody asks before the run;
  /// ``gradients(of:weight:)`` then has none of them.
  package var onGradient: ((Parameter, Tensor) -> Void)?
  /// Extends the sums of batch norms over the processes that share the batch; nil leaves each its own statistics.
  package var normSum: Tape.SharedSum?
  /// Place of the first row in all that is trained on: it decides, with the seed, what dropout leaves out.
  package var firstRow = 0
  private let store: ParameterStore
  private let mode: Mode
  private let constants: Set<Parameter>
  private let seed: UInt64
  private var dropouts: UInt64 = 0
  private var leaves: [Parameter: Variable] = [:]

  /// A run over the values of `store`; training moves the running statistics there. No gradient is computed by the
  /// `constants`. What dropout leaves out follows from `seed`. `threads` compute, the calling one included; results do
  /// not depend on their number.
  package init(
    _ store: ParameterStore, mode: Mode, constants: Set<Parameter> = [], seed: UInt64 = 0, threads: Int = 1
  ) {
    tape = Tape(threads: threads)
    self.store = store
    self.mode = mode
    self.constants = constants
    self.seed = seed
  }

  /// The derivatives of `weight` times a scalar by the parameters that it depends on.
  package func gradients(
    of scalar: Variable, weight: Float = 1
  ) -> (parameters: [Parameter: Tensor], others: Gradients) {
    let gradients = tape.gradients(of: scalar, weight: weight)
    return (leaves.compactMapValues { gradients[$0] }, gradients)
  }

  /// `[batch, 1, frames, bins]` as `[batch, bins, frames, 1]`.
  package func image(_ frames: Variable) -> Variable {
    tape.permute(frames, [0, 3, 2, 1])
  }

  /// The steps of the layer are operations of their own on the tape, but a ReLU is part of what it is right behind.
  package func convolve(
    _ layer: ConvolutionLayer, _ x: Variable, residual: Variable?, into place: Variable?
  ) -> Variable {
    let stored = leaf(layer.weight)
    let weight = layer.weights.axes.map { tape.permute(stored, $0) } ?? stored
    let endsWithReLU = layer.order == .normFirst && layer.activation == .relu && residual == nil
    let beginsWithReLU = layer.order == .reluFirst || endsWithReLU && layer.norm == nil
    var y = tape.convolution(
      x, weight: weight, bias: layer.bias.map(leaf), shape: layer.shape, relu: beginsWithReLU)
    onLayer?(LayerTrace(layer, output: y.shape))
    if let norm = layer.norm {
      y = normalize(norm, y, relu: endsWithReLU, isRecomputed: false)
      onLayer?(LayerTrace(norm, output: y.shape, weights: layer.weights))
    }
    if let residual { y = tape.add(y, residual) }
    return beginsWithReLU || endsWithReLU ? y : activate(layer.activation, y)
  }

  /// Step by step, as it is defined.
  package func excite(
    _ layer: ConvolutionLayer, _ x: Variable, shortcut: Variable, gate: (Variable) -> Variable
  ) -> Variable {
    let y = convolve(layer, x, residual: nil, into: nil)
    return relu(add(scale(y, by: gate(meanOverMap(y))), shortcut))
  }

  /// A product with the gate and a concatenation; there is no room to keep.
  package func append(
    _ layer: ConvolutionLayer, _ x: Variable, gate: Variable, segmentLength: Int, to map: Variable
  ) -> Variable {
    let y = convolve(layer, x, residual: nil, into: nil)
    return tape.concatenate([map, tape.multiply(y, gate, segmentLength: segmentLength)])
  }

  /// A batch norm and a ReLU, if the layer has one.
  package func normalize(_ layer: NormActivation, _ x: Variable) -> Variable {
    let y = normalize(layer.norm, x, relu: layer.relu, isRecomputed: layer.isRecomputed)
    onLayer?(LayerTrace(layer.norm, output: y.shape, weights: nil))
    return y
  }

  /// `[batch, height, ⌈width / length⌉, channels]`.
  package func segmentMean(_ x: Variable, length: Int) -> Variable { tape.segmentMean(x, length: length) }

  /// `[batch, height, 1, channels]`.
  package func meanOverTime(_ x: Variable) -> Variable { tape.meanOverTime(x) }

  /// A sum in one segment as long as `x`.
  package func add(_ vector: Variable, toEachFrameOf x: Variable) -> Variable {
    tape.add(x, vector, segmentLength: x.shape[2])
  }

  /// Values that stay are multiplied by 1 / (1 − rate), so that their mean stays (Srivastava et al. 2014). A row of the
  /// batch loses the same values whatever batch it is in.
  package func dropout(_ x: Variable, rate: Float) -> Variable {
    guard mode != .evaluation, rate > 0 else { return x }
    let kept = 1 / (1 - rate)
    dropouts += 1
    let mask = (0..<x.shape[0]).flatMap { row in
      var random = RandomSource(seed: RandomSource.seed(seed, dropouts, UInt64(firstRow + row)))
      return (0..<x.value.count / x.shape[0]).map { _ in random.uniform() < rate ? 0 : kept }
    }
    return tape.multiply(x, tape.constant(Tensor(shape: x.shape, values: mask)))
  }

  /// The variable of a parameter, one for the whole run.
  package func variable(_ parameter: Parameter) -> Variable { leaf(parameter) }

  // ---- Parts of layers ----

  private func leaf(_ parameter: Parameter) -> Variable {
    if let leaf = leaves[parameter] { return leaf }
    let whenFinal = onGradient.map { onGradient in { gradient in onGradient(parameter, gradient) } }
    let leaf = constants.contains(parameter)
      ? tape.constant(store[parameter]) : tape.parameter(store[parameter], whenFinal: whenFinal)
    leaves[parameter] = leaf
    return leaf
  }

  private func activate(_ activation: ConvolutionEpilogue.Activation, _ x: Variable) -> Variable {
    switch activation {
    case .identity: x
    case .relu: tape.relu(x)
    case .clamp(let limit): tape.clamp(x, upTo: limit)
    }
  }

  private func normalize(_ norm: BatchNorm, _ x: Variable, relu: Bool, isRecomputed: Bool) -> Variable {
    let (weight, bias) = (norm.weight.map(leaf), norm.bias.map(leaf))
    guard mode == .training else {
      return tape.frozenBatchNorm(
        x, weight: weight, bias: bias, statistics: norm.runningStatistics(store), epsilon: BatchNorm.epsilon,
        relu: relu)
    }
    let (y, statistics) = tape.batchNorm(
      x, weight: weight, bias: bias, epsilon: BatchNorm.epsilon, relu: relu, sum: normSum)
    norm.update(store, with: statistics)
    if isRecomputed {
      tape.afterBackward { [store] in norm.update(store, with: statistics) }
    }
    return y
  }
}
