/// `preprocess_conf`: how audio becomes features.
package struct PreprocessConfiguration: Sendable, Hashable {
  /// The front-ends.
  package static let methods = ["Fbank", "MelSpectrogram", "Spectrogram", "MFCC"]

  /// One of `methods`.
  package var featureMethod: String
  /// Arguments of the method under torchaudio's names, as YAML scalars.
  package var methodArguments: [String: String]

  init(_ node: ConfigurationNode) {
    featureMethod = node.string("feature_method", default: "Fbank")
    if !Self.methods.contains(featureMethod) {
      node.report("feature_method", "'\(featureMethod)' is none of " + Self.methods.joined(separator: ", "))
    }
    methodArguments = node.texts("method_args")
    if node.bool("use_hf_model", default: false) {
      node.report("use_hf_model", "features of Hugging Face models are not computed here; use one of the front-ends")
    }
  }
}
