package import VoiceNN
internal import VoiceTensor

extension Checkpoint {
  /// The backbone between a parent and the child that was fine-tuned from it, (1 − share) · parent + share · child:
  /// often better on new speech than either, and as good as the parent on the speech that it knew (Wortsman et al.,
  /// "Robust fine-tuning of zero-shot models", 2022). Counts are the child's.
  ///
  /// Throws ``ParameterMismatch`` when the networks are not of one kind.
  package static func interpolated(
    parent: Parameters, child: Parameters, childShare share: Float
  ) throws(ParameterMismatch) -> Parameters {
    var mismatch = ParameterMismatch()
    mismatch.missing = Set(parent.keys).subtracting(child.keys).sorted()
    mismatch.unexpected = Set(child.keys).subtracting(parent.keys).sorted()
    var mixed: Parameters = [:]
    for (key, own) in child.sorted(by: { $0.key < $1.key }) {
      guard let other = parent[key] else { continue }
      let isCount = key.hasSuffix("num_batches_tracked")
      guard isCount || own.shape == other.shape else {
        mismatch.misshapen.append(.init(path: key, expected: other.shape, actual: own.shape))
        continue
      }
      mixed[key] =
        isCount
        ? own
        : StoredTensor(shape: own.shape, values: zip(other.values, own.values).map { (1 - share) * $0 + share * $1 })
    }
    if mismatch != ParameterMismatch() { throw mismatch }
    return mixed
  }
}
