package import VoiceAudio
package import VoiceRecognition

extension RecognitionError {
  /// The domain's form of an error about audio, naming the field it came in.
  package init(_ error: AudioError, field: String) {
    self = .invalid(field, error.message, reason: "AUDIO_" + error.code.rawValue.uppercasedWords)
  }
}

extension String {
  /// `tooLong` as `TOO_LONG`.
  fileprivate var uppercasedWords: String {
    reduce(into: "") { text, letter in
      if letter.isUppercase { text += "_" }
      text += letter.uppercased()
    }
  }
}
