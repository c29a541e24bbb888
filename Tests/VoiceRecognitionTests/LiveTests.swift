import Testing

@testable import VoiceRecognition

@Suite("Running speech")
struct LiveTests {
  static let rate = 8000

  /// Something loud that is never quiet for long: a buzz with syllables.
  static func speech(seconds: Double) -> [Float] {
    (0..<Int(seconds * Double(rate))).map { index in
      let syllable = abs(Float((index / 10) % 200) / 100 - 1)
      return syllable * (index % 40 < 20 ? 0.2 : -0.2)
    }
  }

  static func quiet(seconds: Double) -> [Float] {
    (0..<Int(seconds * Double(rate))).map { Float(($0 * 7919) % 13 - 6) * 1e-4 }
  }

  private func pieces(
    _ samples: [Float], by size: Int = 977, window: Double = 0, hop: Double = 0
  ) throws -> [LiveSegmenter.Piece] {
    var segmenter = LiveSegmenter(
      try LiveSettings(windowSeconds: window, hopSeconds: hop, sampleRate: Self.rate))
    var pieces: [LiveSegmenter.Piece] = []
    for start in stride(from: 0, to: samples.count, by: size) {
      segmenter.append(samples[start..<min(start + size, samples.count)])
      while let piece = segmenter.next() { pieces.append(piece) }
    }
    return pieces + (segmenter.finish().map { [$0] } ?? [])
  }

  private func stretches(_ pieces: [LiveSegmenter.Piece]) -> [Range<Double>] {
    pieces.filter { $0.kind == .stretch }.map {
      Double($0.range.lowerBound) / Double(Self.rate)..<Double($0.range.upperBound) / Double(Self.rate)
    }
  }

  @Test("Stretches of speech are found between pauses, and the last one ends with the sound")
  func stretches() throws {
    let sound = Self.quiet(seconds: 1) + Self.speech(seconds: 2) + Self.quiet(seconds: 0.4) + Self.speech(seconds: 1)
      + Self.quiet(seconds: 2) + Self.speech(seconds: 1.5)
    let found = stretches(try pieces(sound))
    try #require(found.count == 2)
    #expect(abs(found[0].lowerBound - 0.9) < 0.1 && abs(found[0].upperBound - 4.5) < 0.1)
    #expect(abs(found[1].lowerBound - 6.3) < 0.1 && found[1].upperBound == 7.9)
  }

  @Test("How the sound is cut changes no piece, and each has the sound of its range", arguments: [1, 13, 8000, 99_999])
  func cutting(size: Int) throws {
    let sound = Self.quiet(seconds: 1) + Self.speech(seconds: 5) + Self.quiet(seconds: 3) + Self.speech(seconds: 2)
    for (window, hop) in [(3.0, 0.5), (1, 1), (1, 0.1), (10, 0.7)] {
      let found = try pieces(sound, by: size, window: window, hop: hop)
      #expect(found == (try pieces(sound, window: window, hop: hop)))
      #expect(found.allSatisfy { $0.samples == Array(sound[$0.range]) })
      #expect(found.count { $0.kind != .stretch } == Int(11 / hop + 1e-9))
    }
  }

  @Test("Silence, steady noise and a constant are no speech; whoever never pauses is decided on every 30 s")
  func extremes() throws {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<8 * Self.rate).map { _ in Float.random(in: -0.02...0.02, using: &generator) }
    for sound in [[Float](repeating: 0, count: 40_000), .init(repeating: 0.7, count: 40_000), noise] {
      #expect(try pieces(sound).allSatisfy { $0.kind == .window(isSpeaking: false) && $0.speechSeconds == 0 })
    }
    let found = stretches(try pieces(Self.speech(seconds: 70)))
    #expect(found.count == 3 && abs(found[0].upperBound - found[0].lowerBound - 30) < 1e-9)
    #expect(found[1].lowerBound == found[0].upperBound)
  }

  @Test("An answer holds since the windows agree; too little speech is not asked about")
  func since() async throws {
    let sound = Self.quiet(seconds: 2) + Self.speech(seconds: 4) + Self.quiet(seconds: 4)
    let ann = Match(speaker: try SpeakerID("ann"), displayName: "", score: 0.9)
    let epoch = try OneEpoch(threshold: 0.5).record
    let threshold = try Threshold(requested: nil, epoch: epoch.manifest)
    var live = LiveRecognition(try LiveSettings(windowSeconds: 1, hopSeconds: 0.5, sampleRate: Self.rate)) { samples in
      #expect(samples.contains { abs($0) > 0.1 })
      return IdentifyAnswer(
        candidates: [ann], gallerySize: 1, threshold: threshold, decision: .accepted, epoch: epoch.name,
        report: AudioReport())
    }
    var events: [LiveEvent] = []
    try await live.hear(sound) { events.append($0) }
    try await live.finish { events.append($0) }
    let windows = events.compactMap { if case .window(let window) = $0 { window } else { nil } }
    #expect(windows.map(\.seconds.upperBound) == (1...20).map { Double($0) / 2 })
    let known = windows.filter { $0.answer != nil }
    #expect(Set(known.map(\.sinceSeconds)).count == 1 && abs(known[0].sinceSeconds - 2) < 0.6)
    #expect(known.count >= 7 && windows.last?.answer == nil && windows.last?.isSpeaking == false)
    #expect(windows[0].sinceSeconds == 0 && live.seconds == 10)
    #expect(events.count { if case .stretch(let stretch) = $0 { stretch.answer != nil } else { false } } == 1)
  }

  @Test("Settings are checked, 0 means the usual")
  func settings() throws {
    let usual = try LiveSettings(windowSeconds: 0, hopSeconds: 0, sampleRate: 16_000)
    #expect(usual.windowSeconds == 3 && usual.hopSeconds == 0.5)
    for (window, hop) in [(0.9, 0.5), (31, 1), (-1, 0), (3, 3.1), (3, 0.05), (.nan, 0), (0, .nan), (.infinity, 1)] {
      #expect(throws: RecognitionError.self) {
        try LiveSettings(windowSeconds: window, hopSeconds: hop, sampleRate: 8000)
      }
    }
    #expect(try LiveSettings.topK(0) == 1 && LiveSettings.topK(100) == 100)
    #expect(throws: RecognitionError.self) { try LiveSettings.topK(101) }
  }
}
