package import VoiceMessages
package import VoiceRecognition

extension TypesV1.FrontEnd {
  /// The wire's form of a front-end.
  package init(_ frontEnd: FrontEnd) {
    self.init()
    featureMethod = frontEnd.featureMethod
    methodArgs = frontEnd.methodArguments
    sampleRateHz = UInt32(clamping: frontEnd.sampleRate)
    useDbNormalization = frontEnd.useDBNormalization
    targetDb = frontEnd.targetDB
    doVad = frontEnd.doVAD
  }
}

extension FrontEnd {
  /// A front-end from the wire; nil is mvector's default.
  package init(_ message: TypesV1.FrontEnd?) {
    guard let message else {
      self.init()
      return
    }
    self.init(
      featureMethod: message.featureMethod.isEmpty ? "Fbank" : message.featureMethod,
      methodArguments: message.methodArgs, sampleRate: message.sampleRateHz == 0 ? 16_000 : Int(message.sampleRateHz),
      useDBNormalization: message.useDbNormalization, targetDB: message.targetDb, doVAD: message.doVad)
  }
}

extension TypesV1.FeatureMatrix {
  /// The wire's form of features.
  package init(_ features: FeatureMatrix) {
    self.init()
    frames = UInt32(clamping: features.frames)
    bins = UInt32(clamping: features.bins)
    values = features.values
  }
}

extension FeatureMatrix {
  /// Features from the wire; throws `invalidArgument` naming `field` when the counts do not fit the values.
  package init(_ message: TypesV1.FeatureMatrix, field: String) throws(RecognitionError) {
    let (frames, bins) = (Int(message.frames), Int(message.bins))
    guard frames > 0, bins > 0 else { throw .invalid(field, "has no frames or no bins") }
    let (count, overflow) = frames.multipliedReportingOverflow(by: bins)
    guard !overflow, count == message.values.count else {
      throw .invalid(field, "says [\(frames), \(bins)] but holds \(message.values.count) values")
    }
    guard message.values.allSatisfy(\.isFinite) else { throw .invalid(field, "holds a value that is not finite") }
    self.init(values: message.values, frames: frames, bins: bins)
  }
}

extension TypesV1.Embedding {
  /// The wire's form of a voiceprint.
  package init(_ voiceprint: Voiceprint) {
    self.init()
    values = voiceprint.values
    epoch = voiceprint.epoch.value
  }
}

extension Voiceprint {
  /// A voiceprint from the wire; throws `invalidArgument` naming `field` when it is missing, empty or not finite.
  package init(_ message: TypesV1.Embedding?, field: String) throws(RecognitionError) {
    guard let message, !message.values.isEmpty else { throw .invalid(field, "is missing") }
    guard message.values.allSatisfy(\.isFinite) else { throw .invalid(field, "holds a value that is not finite") }
    self.init(values: message.values, epoch: try EpochName(message.epoch, field: "\(field).epoch"))
  }
}
