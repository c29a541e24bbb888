/// Cuts running sound into sliding windows and stretches of speech, however the sound is cut into pieces.
struct LiveSegmenter: Sendable {
  /// A piece of the sound to say something about.
  struct Piece: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
      case window(isSpeaking: Bool)
      case stretch
    }
    let kind: Kind
    /// Samples from the first one of all.
    let range: Range<Int>
    let speechSeconds: Double
    /// The sound of `range`.
    let samples: [Float]
  }

  private enum Frames {
    /// A stretch begins where half of so many frames are speech, and somebody speaks who spoke within them.
    static let onset = 10
    /// Frames taken with a stretch before its first and after its last frame of speech.
    static let margin = 5
    /// A stretch ends after so many frames without speech.
    static let pause = 35
    static let longest = Int(LiveSettings.longestStretchSeconds) * SpeechDetector.framesPerSecond
  }

  private let settings: LiveSettings
  private let frameLength: Int
  private var detector = SpeechDetector()
  private var samples = Tail<Float>()
  /// One a frame: whether it is speech.
  private var isSpeech = Tail<Bool>()
  private var windows = 0
  /// Frames from the first one of the stretch that goes on.
  private var stretch: (start: Int, lastSpeech: Int)?
  /// Where the last stretch ended, in frames.
  private var lastEnd = 0

  init(_ settings: LiveSettings) {
    self.settings = settings
    frameLength = max(1, settings.sampleRate / SpeechDetector.framesPerSecond)
  }

  /// How much has been heard, s.
  var seconds: Double { Double(samples.end) / Double(settings.sampleRate) }

  mutating func append(_ new: some Sequence<Float>) { samples.append(new) }

  /// The next piece that the sound so far is enough for.
  mutating func next() -> Piece? {
    while true {
      let frameEnd = (isSpeech.end + 1) * frameLength
      let windowEnd = position(ofWindow: windows + 1)
      if frameEnd <= windowEnd {
        guard samples.end >= frameEnd else { return nil }
        if let ended = hearFrame() { return ended }
      } else {
        guard samples.end >= windowEnd else { return nil }
        return window(to: windowEnd)
      }
    }
  }

  /// The stretch that goes on when the sound ends. Call it once `next` gives nothing more.
  mutating func finish() -> Piece? { stretch.map { end($0, at: $0.lastSpeech + 1 + Frames.margin) } }

  private func position(ofWindow number: Int) -> Int {
    Int((Double(number) * settings.hopSeconds * Double(settings.sampleRate)).rounded())
  }

  private mutating func window(to end: Int) -> Piece {
    windows += 1
    let start = max(0, end - Int(settings.windowSeconds * Double(settings.sampleRate)))
    let recent = isSpeech[max(0, isSpeech.end - Frames.onset)..<isSpeech.end]
    let piece = piece(.window(isSpeaking: recent.contains(true)), start..<end)
    forget()
    return piece
  }

  /// Listens to one frame; gives the stretch that ends with it.
  private mutating func hearFrame() -> Piece? {
    let frame = isSpeech.end
    let speech = detector.isSpeech(samples[frame * frameLength..<(frame + 1) * frameLength])
    isSpeech.append(CollectionOfOne(speech))
    guard var current = stretch else {
      begin()
      return nil
    }
    if speech { current.lastSpeech = frame }
    stretch = current
    if frame - current.lastSpeech >= Frames.pause { return end(current, at: current.lastSpeech + 1 + Frames.margin) }
    return frame + 1 - current.start >= Frames.longest ? end(current, at: frame + 1) : nil
  }

  private mutating func begin() {
    let recent = max(lastEnd, isSpeech.end - Frames.onset)..<isSpeech.end
    let speech = recent.filter { isSpeech[$0] }
    guard let first = speech.first, let last = speech.last, speech.count * 2 >= Frames.onset else { return }
    stretch = (max(lastEnd, first - Frames.margin), last)
  }

  private mutating func end(_ ended: (start: Int, lastSpeech: Int), at end: Int) -> Piece {
    let end = min(end, isSpeech.end)
    (stretch, lastEnd) = (nil, end)
    return piece(.stretch, ended.start * frameLength..<end * frameLength)
  }

  private func piece(_ kind: Piece.Kind, _ range: Range<Int>) -> Piece {
    let frames = (range.lowerBound + frameLength - 1) / frameLength..<range.upperBound / frameLength
    let count = frames.isEmpty ? 0 : isSpeech[frames].filter { $0 }.count
    return Piece(
      kind: kind, range: range, speechSeconds: Double(count * frameLength) / Double(settings.sampleRate),
      samples: Array(samples[range]))
  }

  /// Drops what neither a later window nor a stretch will ask for.
  private mutating func forget() {
    let window = position(ofWindow: windows + 1) - Int(settings.windowSeconds * Double(settings.sampleRate))
    let frame = stretch?.start ?? max(lastEnd, isSpeech.end - Frames.onset - Frames.margin)
    let first = max(0, min(window / frameLength, frame))
    isSpeech.forget(before: first)
    samples.forget(before: first * frameLength)
  }
}

/// The end of an endless array, with the indices of the whole.
private struct Tail<Element: Sendable>: Sendable {
  private var kept: [Element] = []
  private var start = 0

  var end: Int { start + kept.count }

  subscript(index: Int) -> Element { kept[index - start] }

  subscript(range: Range<Int>) -> ArraySlice<Element> { kept[range.lowerBound - start..<range.upperBound - start] }

  mutating func append(_ new: some Sequence<Element>) { kept.append(contentsOf: new) }

  /// Moving what is kept costs more than its memory: it waits until half can go.
  mutating func forget(before index: Int) {
    guard index - start > kept.count / 2 else { return }
    kept.removeFirst(index - start)
    start = index
  }
}
