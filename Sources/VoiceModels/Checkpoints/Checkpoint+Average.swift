internal import VoiceNN
internal import VoiceTensor

extension Checkpoint {
  /// The weighted mean of networks that come from one: a parent and what was fine-tuned from it. Between them lies
  /// often one that is better on new speech than any, and as good as the parent on the speech that it knew (Wortsman
  /// et al., "Robust fine-tuning of zero-shot models", "Model soups", 2022). Counts are the last one's.
  ///
  /// Throws ``ParameterMismatch`` when the networks are not of one kind.
  package static func average(_ networks: [(parameters: Parameters, share: Float)]) throws -> Parameters {
    guard let first = networks.first, let last = networks.last else { preconditionFailure("a mean of no networks") }
    for network in networks.dropFirst() { try check(network.parameters, against: first.parameters) }
    return last.parameters.reduce(into: [:]) { mean, entry in
      let (key, own) = entry
      guard !key.hasSuffix("num_batches_tracked") else { return mean[key] = own }
      var values = [Float](repeating: 0, count: own.values.count)
      for network in networks {
        guard let other = network.parameters[key]?.values else { continue }
        for index in values.indices { values[index] += network.share * other[index] }
      }
      mean[key] = StoredTensor(shape: own.shape, values: values)
    }
  }

  private static func check(_ parameters: Parameters, against first: Parameters) throws {
    var mismatch = ParameterMismatch()
    mismatch.missing = Set(first.keys).subtracting(parameters.keys).sorted()
    mismatch.unexpected = Set(parameters.keys).subtracting(first.keys).sorted()
    for (key, own) in parameters.sorted(by: { $0.key < $1.key }) where !key.hasSuffix("num_batches_tracked") {
      guard let other = first[key], other.shape != own.shape else { continue }
      mismatch.misshapen.append(.init(path: key, expected: other.shape, actual: own.shape))
    }
    if mismatch != ParameterMismatch() { throw mismatch }
  }
}
