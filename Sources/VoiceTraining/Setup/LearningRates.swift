internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceNN

extension TrainableNetwork {
  /// The factors of the learning rate that are not 1. Throws `badArgument` for a key that no parameter has.
  func rates(_ tuning: FineTuningConfiguration) throws(TrainingError) -> [Parameter: Double] {
    var rates: [Parameter: Double] = [:]
    var unused = Set(tuning.rateFactors.keys)
    for parameter in parameters.parameters where parameter.role == .weight {
      let isNetwork = parameter.path.hasPrefix("0.")
      let path = isNetwork ? String(parameter.path.dropFirst(2)) : "classifier"
      guard let key = tuning.factorKey(of: path) else { continue }
      unused.remove(key)
      rates[parameter] = tuning.rateFactors[key]
    }
    guard unused.isEmpty else {
      throw TrainingError(
        .badArgument,
        "train_conf.fine_tuning.learning_rate_factors: \(configuration.architecture) has no parameter of "
          + unused.sorted().joined(separator: ", "))
    }
    return rates
  }
}
