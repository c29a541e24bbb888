internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceAudio
internal import VoiceMessages

/// `voiceprint benchmark live`: how long after its last sample a window of running speech is answered.
struct LiveBenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Measures live recognition: the time from the last sample of a window to its answer.",
    discussion: """
      Recordings of speech go to the gateway in real time, in pieces of 20 ms and again from their beginning, in as \
      many streams at once as --streams says. Windows in which nobody is heard are not counted.
      """)

  @OptionGroup var options: GatewayOptions
  @Option(help: "The collection that is searched.") var collection = "default"
  @Option(help: "Streams at a time.") var streams = 1
  @Option(help: ArgumentHelp("How long each of them takes.", valueName: "seconds")) var seconds = 30.0
  @Option(help: ArgumentHelp("Length of the sliding window.", valueName: "seconds")) var window = 3.0
  @Option(help: ArgumentHelp("From one window to the next.", valueName: "seconds")) var hop = 0.5
  @Argument(help: "Recordings of speech, one after the other.") var files: [String]
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    guard streams > 0, streams <= 10_000, seconds >= 1, seconds <= 3600 else {
      throw ValidationError("--streams must be 1 to 10000, --seconds 1 to 3600")
    }
    guard window >= 1, window <= 30, hop >= 0.1, hop <= window else {
      throw ValidationError("--window must be 1 to 30 seconds, --hop 0.1 to the window's length")
    }
  }

  private struct Answer: Encodable {
    let streams: Int
    let windows: Int
    let spokenWindows: Int
    let medianMilliseconds: Double
    let p90Milliseconds: Double
    let p99Milliseconds: Double
    let maximumMilliseconds: Double
  }

  func run() async throws {
    let answer = try await reporting { try await measure() }
    if json { return try printJSON(answer) }
    print(
      """
      \(answer.streams) streams, \(answer.windows) windows of \(window) s, speech in \(answer.spokenWindows) of them
      from the last sample of a window to its answer: median \(Terminal.decimal(answer.medianMilliseconds, 1)) ms, \
      90 % within \(Terminal.decimal(answer.p90Milliseconds, 1)) ms, 99 % within \
      \(Terminal.decimal(answer.p99Milliseconds, 1)) ms
      """)
  }

  private func measure() async throws -> Answer {
    let (sound, rate) = try load()
    var settings = GatewayV1.IdentifyStreamSettings()
    (settings.collection, settings.encoding, settings.sampleRateHz) = (collection, .pcmS16le, UInt32(clamping: rate))
    (settings.windowSeconds, settings.hopSeconds) = (window, hop)
    let benchmark = LiveBenchmark(client: try options.client(), settings: settings, sound: sound, seconds: seconds)
    let streams = streams
    let pause = Duration.seconds(hop)
    let delays = try await cancelledByInterrupts { try await benchmark.run(streams: streams, hop: pause) }
    let sorted = delays.spoken.sorted()
    guard let maximum = sorted.last else { throw CommandError("nobody was heard in these recordings: give speech") }
    func share(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))] }
    return Answer(
      streams: streams, windows: delays.windows, spokenWindows: sorted.count, medianMilliseconds: share(0.5),
      p90Milliseconds: share(0.9), p99Milliseconds: share(0.99), maximumMilliseconds: maximum)
  }

  /// The samples of all recordings as 16-bit numbers, and their rate in Hz.
  private func load() throws -> (sound: [UInt8], rate: Int) {
    let recordings = try files.map(Self.decode)
    guard let rate = recordings.first?.sampleRate, recordings.allSatisfy({ $0.sampleRate == rate }) else {
      throw CommandError("the recordings must all have the same sample rate")
    }
    let sound = recordings.flatMap(\.samples).flatMap { sample in
      let value = Int16((max(-1, min(1, sample)) * 32_767).rounded())
      return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
    return (sound, rate)
  }

  private static func decode(_ path: String) throws -> DecodedAudio {
    guard let data = FileManager.default.contents(atPath: path) else { throw CommandError("cannot read \(path)") }
    do { return try data.withUnsafeBytes { try AudioDecoder.decode($0) } } catch let error as AudioError {
      throw CommandError("\(path): \(error.message)")
    }
  }
}
