/// What is heard in running speech.
package enum LiveEvent: Sendable, Hashable {
  /// A window was heard: an interim answer.
  case window(LiveWindow)
  /// A stretch of speech ended: the answer for all of it.
  case stretch(LiveStretch)
}

/// The interim answer for one window.
package struct LiveWindow: Sendable, Hashable {
  /// From where to where the window reaches, s from the first sample.
  package let seconds: Range<Double>
  /// Whether somebody speaks at the window's end.
  package let isSpeaking: Bool
  /// Speech in the window, s.
  package let speechSeconds: Double
  /// Who it is; nil where there is too little speech to say it.
  package let answer: IdentifyAnswer?
  /// Since when it has been this person, this stranger or nobody, without a break, s from the first sample.
  package let sinceSeconds: Double
}

/// The answer for one stretch of speech: from a pause to the next one.
package struct LiveStretch: Sendable, Hashable {
  /// From where to where it reaches, s from the first sample.
  package let seconds: Range<Double>
  /// Speech in it, s.
  package let speechSeconds: Double
  /// Who it was; nil where there was too little speech to say it.
  package let answer: IdentifyAnswer?
}
