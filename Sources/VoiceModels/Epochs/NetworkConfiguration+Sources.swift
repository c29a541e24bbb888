package import VoiceConfiguration
package import VoiceRecognition
package import VoiceTensor

extension NetworkConfiguration {
  /// The network of an epoch.
  package init(_ manifest: EpochManifest) {
    self.init(
      architecture: manifest.architecture, inputSize: manifest.inputSize, embeddingSize: manifest.embeddingSize,
      arguments: manifest.architectureArguments)
  }

  /// The network of an experiment whose front-end has `inputSize` bins; `embd_dim` is mvector's default when missing.
  ///
  /// Throws `badConfiguration` for an argument that is no whole number or truth value.
  package init(_ model: ModelConfiguration, inputSize: Int) throws(NetworkError) {
    var arguments: [String: Int] = [:]
    for (name, value) in model.arguments {
      switch value {
      case .int(let number): arguments[name] = number
      case .bool(let truth): arguments[name] = truth ? 1 : 0
      default:
        throw NetworkError(.badConfiguration, "argument \(name) of \(model.name) is \(value.text), not a whole number")
      }
    }
    let embeddingSize = arguments.removeValue(forKey: "embd_dim") ?? (model.name == "CAMPPlus" ? 512 : 192)
    self.init(architecture: model.name, inputSize: inputSize, embeddingSize: embeddingSize, arguments: arguments)
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

extension FrontEnd {
  /// The front-end of an experiment.
  package init(_ experiment: ExperimentConfiguration) {
    self.init(
      featureMethod: experiment.preprocess.featureMethod, methodArguments: experiment.preprocess.methodArguments,
      sampleRate: experiment.dataset.sampleRate, useDBNormalization: experiment.dataset.useDBNormalization,
      targetDB: experiment.dataset.targetDB, doVAD: experiment.dataset.doVAD)
  }
}
