package import VoiceTensor

/// What training minimises, from the voiceprints and logits of a batch.
package struct SpeakerLoss: Sendable {
  /// mvector's losses.
  package enum Kind: Sendable, Hashable {
    /// AAMLoss: an angle is added (ArcFace, Deng et al. 2019).
    case additiveAngularMargin(isEasy: Bool)
    /// SubCenterLoss: the same for the nearest of a speaker's centres (Deng et al., ECCV 2020).
    case subCentre(isEasy: Bool)
    /// AMLoss: the cosine is lowered (Wang et al., "Additive margin softmax", 2018).
    case additiveMargin
    /// ARMLoss: and logits below that of the label are 0 (Zhang et al., "Real additive margin softmax", 2022).
    case realAdditiveMargin
    /// CELoss: cross entropy of plain logits.
    case crossEntropy
    /// SphereFace2: a binary decision for each speaker (Wen et al. 2022).
    case sphereFace2(SphereFace2Margin)
    /// TripletAngularMarginLoss: hardest pairs of the batch, and cross entropy.
    case triplet(TripletMargin, normalizesFeatures: Bool)
  }

  /// Which loss.
  package let kind: Kind
  /// What the cosines are multiplied by.
  package let scale: Double
  /// The share of every label that all classes get.
  package let smoothing: Double
  /// The margin in force; the margin scheduler changes it.
  package var margin: Double
  private let bias: Parameter?

  /// Key of SphereFace2's bias. mvector makes it a parameter but neither optimises nor stores it; here both is done.
  package static let biasPath = "loss.bias"

  /// A loss; SphereFace2 declares its bias at `root`.
  package init(
    _ kind: Kind, margin: Double = 0.2, scale: Double = 32, smoothing: Double = 0, root: LayerScope
  ) {
    self.kind = kind
    self.margin = margin
    self.scale = scale
    self.smoothing = smoothing
    if case .sphereFace2 = kind {
      bias = root.parameter(Self.biasPath, [1], initialization: .constant(0))
    } else {
      bias = nil
    }
  }

  /// The loss, a scalar, of voiceprints `[batch, inputs]` and the classifier's logits.
  package func callAsFunction(
    voiceprints: Variable, logits: Variable, labels: [Int], _ classifier: SpeakerClassifier, _ run: TrainingExecution
  ) -> Variable {
    let tape = run.tape
    switch kind {
    case .additiveAngularMargin(let isEasy):
      return angular(logits, labels, isEasy, tape)
    case .subCentre(let isEasy):
      return angular(classifier.nearestCentres(logits, tape), labels, isEasy, tape)
    case .additiveMargin:
      return tape.crossEntropy(lowered(logits, labels, tape), labels: labels, smoothing: smoothing)
    case .realAdditiveMargin:
      let z = lowered(logits, labels, tape)
      let own = z.value.mapRows { _, row in z.value.values[row * z.value.channels + labels[row]] }
      let kept = z.value.zip(own) { $0 >= $1 ? 1 : 0 }
      return tape.crossEntropy(tape.multiply(z, tape.constant(kept)), labels: labels, smoothing: smoothing)
    case .crossEntropy:
      return tape.crossEntropy(logits, labels: labels, smoothing: smoothing)
    case .sphereFace2(var sphere):
      (sphere.margin, sphere.scale) = (margin, scale)
      guard let bias else { preconditionFailure("SphereFace2 has a bias") }
      return tape.sphereFace2(logits, bias: run.variable(bias), labels: labels, sphere)
    case .triplet(var triplet, let normalizesFeatures):
      triplet.margin = margin
      let x = normalizesFeatures ? tape.normalizeRows(voiceprints) : voiceprints
      let similarities = tape.linear(x, weight: x)
      let entropy = tape.crossEntropy(logits, labels: labels, smoothing: smoothing)
      return tape.add(tape.tripletMargin(similarities, labels: labels, triplet), entropy)
    }
  }

  private func angular(_ cosines: Variable, _ labels: [Int], _ isEasy: Bool, _ tape: Tape) -> Variable {
    let moved = tape.angularMargin(cosines, labels: labels, AngularMargin(margin: margin, isEasy: isEasy))
    return tape.crossEntropy(tape.affine(moved, factor: Float(scale)), labels: labels, smoothing: smoothing)
  }

  /// s · (c − m · onehot).
  private func lowered(_ cosines: Variable, _ labels: [Int], _ tape: Tape) -> Variable {
    var offset = Tensor(zeros: cosines.shape)
    for (row, label) in labels.enumerated() {
      offset.values[row * offset.channels + label] = Float(-scale * margin)
    }
    return tape.affine(cosines, factor: Float(scale), offset: offset)
  }
}
