internal import VoiceMessages
internal import VoiceModels
internal import VoiceRecognition

extension [EmbeddingV1.LoadedEpoch] {
  /// The wire's form of a replica's epochs, by name.
  init(_ states: [EpochName: EpochStore.State]) {
    self = states.sorted { $0.key < $1.key }.map { name, state in
      .with { message in
        message.epoch = name.value
        switch state {
        case .loading: message.state = .loading
        case .ready(let runtime):
          message.state = .ready
          message.embeddingSize = UInt32(clamping: runtime.manifest.embeddingSize)
          message.memoryBytes = UInt64(clamping: runtime.memoryBytes)
          message.precision = runtime.precision.rawValue
          message.precisionNote = runtime.precisionNote
        case .refused(let error):
          message.state = .refused
          message.reason = error.message
        }
      }
    }
  }
}
