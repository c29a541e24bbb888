package import VoiceConfiguration
package import VoiceRecognition
package import VoiceTensor

extension NetworkConfiguration {
  /// The network of an epoch. Throws `badConfiguration` for a version of mvector that is unknown here.
  package init(_ manifest: EpochManifest) throws(NetworkError) {
    let name = manifest.generation ?? Generation.v1_0.rawValue
    guard let generation = Generation(rawValue: name) else {
      throw NetworkError(.badConfiguration, "\(manifest.name): mvector's version \(name) is unknown here")
    }
    self.init(
      architecture: manifest.architecture, generation: generation, inputSize: manifest.inputSize,
      embeddingSize: manifest.embeddingSize, arguments: manifest.architectureArguments)
  }

  /// The network of an experiment whose front-end has `inputSize` bins; `embd_dim` is mvector's default when missing.
  ///
  /// Throws `badConfiguration` for an argument that is no number, truth value, name or list of sizes.
  package init(_ model: ModelConfiguration, inputSize: Int) throws(NetworkError) {
    var arguments: [String: ArchitectureArgument] = [:]
    for (name, value) in model.arguments {
      guard let argument = ArchitectureArgument(value) else {
        throw NetworkError(
          .badConfiguration,
          "argument \(name) of \(model.name) is \(value.text), no whole number, truth value, name or list of sizes",
          arguments: [name])
      }
      arguments[name] = argument
    }
    var embeddingSize = model.name == "CAMPPlus" ? 512 : 192
    switch arguments.removeValue(forKey: "embd_dim") {
    case nil: break
    case .number(let size): embeddingSize = size
    case .some(let other):
      throw NetworkError(.badConfiguration, "argument embd_dim of \(model.name) is \(other), not a whole number",
        arguments: ["embd_dim"])
    }
    self.init(
      architecture: model.name, generation: model.isSecondGeneration ? .v1_1 : .v1_0, inputSize: inputSize,
      embeddingSize: embeddingSize, arguments: arguments)
  }

  /// The network that parameters betray by their keys and shapes: CAM++ with 80 bins, say; nil for any other.
  package init?(recognising parameters: [String: StoredTensor]) {
    guard let dense = parameters["xvector.dense.linear.weight"]?.shape, dense.count == 3,
      let first = parameters["xvector.tdnn.linear.weight"]?.shape, first.count == 3,
      let head = parameters["head.conv1.weight"]?.shape.first, head > 0, first[1].isMultiple(of: head)
    else { return nil }
    // The head shortens the bins to an eighth and lays its channels side by side.
    self.init(architecture: "CAMPPlus", inputSize: first[1] / head * 8, embeddingSize: dense[0])
  }
}

extension ArchitectureArgument {
  /// The argument that a value of YAML stands for, nil if it can be none.
  fileprivate init?(_ value: ConfigurationValue) {
    switch value {
    case .int(let number): self = .number(number)
    case .bool(let truth): self = .number(truth ? 1 : 0)
    case .string(let text): self = .text(text)
    case .list(let values):
      let sizes = values.compactMap(\.int)
      guard sizes.count == values.count else { return nil }
      self = .list(sizes)
    case .null, .double: return nil
    }
  }
}

extension FrontEnd {
  /// The front-end of an experiment.
  package init(_ experiment: ExperimentConfiguration) {
    self.init(
      featureMethod: experiment.preprocess.featureMethod, methodArguments: experiment.preprocess.methodArguments,
      sampleRate: experiment.dataset.sampleRate, useDBNormalization: experiment.dataset.useDBNormalization,
      targetDB: experiment.dataset.targetDB, doVAD: experiment.dataset.doVAD)
  }
}
