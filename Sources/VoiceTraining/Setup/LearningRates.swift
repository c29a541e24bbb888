internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceNN

extension TrainableNetwork {
  /// The factors of the learning rate that are not 1. Throws `badArgument` for a key that no parameter has.
  func rates(_ tuning: FineTuningConfiguration) throws(TrainingError) -> [Parameter: Double] {
    let trained = parameters.parameters.filter { $0.role == .weight }.map { parameter in
      let isNetwork = parameter.path.hasPrefix("0.")
      return (parameter, path: isNetwork ? String(parameter.path.dropFirst(2)) : "classifier")
    }
    try tuning.checkFactors(of: trained.map(\.path), configuration.architecture)
    var rates: [Parameter: Double] = [:]
    for (parameter, path) in trained {
      if let key = tuning.factorKey(of: path) { rates[parameter] = tuning.rateFactors[key] }
    }
    return rates
  }
}

extension FineTuningConfiguration {
  /// Throws `badArgument` for a factor that none of the trained parameters has.
  func checkFactors(of paths: [String], _ architecture: String) throws(TrainingError) {
    let unused = Set(rateFactors.keys).subtracting(paths.compactMap { factorKey(of: $0) })
    guard unused.isEmpty else {
      throw TrainingError(
        .badArgument,
        "train_conf.fine_tuning.learning_rate_factors: \(architecture) has no parameter of "
          + unused.sorted().joined(separator: ", "))
    }
  }
}
