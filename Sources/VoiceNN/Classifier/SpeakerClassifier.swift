package import VoiceTensor

/// The layer that tells the speakers of a training list apart, mvector's `SpeakerIdentification`: blocks of conv1×1 →
/// BN, then cosines with a vector for each centre of each speaker, or a linear layer.
package struct SpeakerClassifier: Sendable {
  /// What the last layer gives.
  package enum Kind: Sendable, Hashable {
    /// Cosines with the rows of `weight` `[speakers · centres, inputs]`.
    case cosine
    /// Cosines with the columns of `weight` `[inputs, speakers]`: AMLoss and ARMLoss of mvector 1.0.5.
    case cosineOfColumns
    /// `output.weight` `[speakers, inputs]` and `output.bias`.
    case linear
  }

  /// What it is made of.
  package struct Sizes: Sendable, Hashable {
    /// Length of a voiceprint.
    package var inputs: Int
    /// Speakers, or classes where each speed of a speaker is one.
    package var speakers: Int
    /// Hidden blocks, mvector's `num_blocks`.
    package var blocks: Int
    /// Width of the blocks, `inter_dim`.
    package var innerSize: Int
    /// Centres of each speaker, `K`.
    package var centres: Int

    /// Sizes with mvector's defaults.
    package init(inputs: Int, speakers: Int, blocks: Int = 0, innerSize: Int = 512, centres: Int = 1) {
      self.inputs = inputs
      self.speakers = speakers
      self.blocks = blocks
      self.innerSize = innerSize
      self.centres = centres
    }
  }

  /// What the last layer gives.
  package let kind: Kind
  /// What it is made of.
  package let sizes: Sizes
  private let blocks: [ConvolutionLayer]
  private let weight: Parameter
  private let bias: Parameter?

  /// Declares the parameters at `scope`, mvector's `1`.
  package init(_ scope: LayerScope, _ kind: Kind, _ sizes: Sizes) {
    precondition(kind == .cosine || sizes.centres == 1, "only cosines with rows have several centres")
    self.kind = kind
    self.sizes = sizes
    var inputs = sizes.inputs
    blocks = (0..<sizes.blocks).map { index in
      defer { inputs = sizes.innerSize }
      return ConvolutionLayer(
        scope("blocks.\(index).linear"), ConvolutionShape(inputChannels: inputs, outputChannels: sizes.innerSize),
        weights: .sequence, norm: scope("blocks.\(index).nonlinear.batchnorm"))
    }
    switch kind {
    case .cosine:
      weight = scope.parameter("weight", [sizes.speakers * sizes.centres, inputs], initialization: .xavierUniform)
      bias = nil
    case .cosineOfColumns:
      weight = scope.parameter("weight", [inputs, sizes.speakers], initialization: .xavierUniform)
      bias = nil
    case .linear:
      weight = scope.parameter("output.weight", [sizes.speakers, inputs])
      bias = scope.parameter("output.bias", [sizes.speakers], initialization: .uniform(fanIn: inputs))
    }
  }

  /// The logits `[batch, speakers · centres]` of voiceprints `[batch, inputs]`.
  package func callAsFunction(_ voiceprints: Variable, _ run: TrainingExecution) -> Variable {
    let tape = run.tape
    let batch = voiceprints.shape[0]
    let maps = blocks.reduce(tape.reshape(voiceprints, [batch, 1, 1, sizes.inputs])) { x, block in block(x, run) }
    let x = tape.reshape(maps, [batch, maps.shape[3]])
    let weight = run.variable(weight)
    switch kind {
    case .cosine: return tape.linear(tape.normalizeRows(x), weight: tape.normalizeRows(weight))
    case .cosineOfColumns:
      return tape.linear(tape.normalizeRows(x), weight: tape.normalizeRows(tape.permute(weight, [1, 0])))
    case .linear: return tape.linear(x, weight: weight, bias: bias.map(run.variable))
    }
  }

  /// Takes the mean voiceprint of each speaker, `[inputs]` of length 1, as the vector voiceprints are compared with
  /// (Qi, Brown, Lowe, "Low-shot learning with imprinted weights", 2018). For cosines with rows, without blocks.
  package func imprint(_ means: [[Float]], _ store: ParameterStore) {
    precondition(kind == .cosine && blocks.isEmpty, "only cosines with voiceprints themselves can be imprinted")
    precondition(
      means.count == sizes.speakers && means.allSatisfy { $0.count == sizes.inputs }, "imprint: a mean each speaker")
    let rows = means.flatMap { mean in (0..<sizes.centres).flatMap { _ in mean } }
    store[weight] = Tensor(shape: weight.shape, values: rows)
  }

  /// The largest cosine of each speaker's centres, `[batch, speakers]`.
  package func nearestCentres(_ logits: Variable, _ tape: Tape) -> Variable {
    guard sizes.centres > 1 else { return logits }
    let batch = logits.shape[0]
    let centres = tape.reshape(logits, [batch, sizes.speakers, sizes.centres, 1])
    return tape.reshape(tape.maxOverTime(centres), [batch, sizes.speakers])
  }

  /// The share of rows whose largest logit is their label's; logits `[batch, speakers]` without a margin.
  package static func accuracy(_ logits: Tensor, labels: [Int]) -> Double {
    let classes = logits.channels
    let right = labels.enumerated().count { row, label in
      let own = logits.values[row * classes + label]
      return (0..<classes).allSatisfy { other in
        let value = logits.values[row * classes + other]
        // As PyTorch's argmax: the first of equals.
        return other < label ? value < own : value <= own
      }
    }
    return Double(right) / Double(max(1, labels.count))
  }
}
