/// `model_conf` and 1.0's `use_model`: the network and its classifier.
package struct ModelConfiguration: Sendable, Hashable {
  /// Class of the network, e.g. `CAMPPlus`.
  package var name: String
  /// Whether it is written as mvector 1.1 does (`model_conf.model`); its networks differ from those of 1.0.
  package var isSecondGeneration: Bool
  /// Keyword arguments of the network, e.g. `embd_dim`; the network checks them.
  package var arguments: [String: ConfigurationValue]
  /// The layer that training puts on top.
  package var classifier: ClassifierConfiguration

  init(_ root: ConfigurationNode) {
    let node = root.map("model_conf")
    if root.has("use_model"), node.optionalString("model") != nil {
      node.report("model", "says the same as use_model: the spellings of mvector 1.0 and 1.1 must not be mixed")
    }
    isSecondGeneration = !root.has("use_model") && node.has("model")
    if root.has("use_model") {
      name = root.string("use_model")
      arguments = node.values("backbone")
    } else if isSecondGeneration {
      name = node.string("model")
      arguments = node.values("model_args")
    } else {
      name = root.string("use_model")
      arguments = [:]
    }
    classifier = ClassifierConfiguration(node.map("classifier"))
  }
}

/// `model_conf.classifier`.
package struct ClassifierConfiguration: Sendable, Hashable {
  /// `Cosine` or `Linear` (1.1); nil leaves it to the loss, as 1.0 does.
  package var type: String?
  /// Number of speakers in the training list; nil takes the list's.
  package var speakerCount: Int?
  /// Hidden layers before the last one.
  package var blockCount: Int
  /// Width of the hidden layers.
  package var innerSize: Int
  /// Centres of each speaker (sub-centre ArcFace); nil leaves it to the loss.
  package var centresPerSpeaker: Int?

  init(_ node: ConfigurationNode) {
    type = node.optionalString("classifier_type")
    if let type, type != "Cosine", type != "Linear" {
      node.report("classifier_type", "'\(type)' is neither Cosine nor Linear")
    }
    speakerCount = node.optionalInt("num_speakers", in: 1...100_000_000)
    blockCount = node.int("num_blocks", default: 0, in: 0...64)
    innerSize = node.int("inter_dim", default: 512, in: 1...65_536)
    centresPerSpeaker = node.optionalInt("K", in: 1...1024)
  }
}
