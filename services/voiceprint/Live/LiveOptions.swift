internal import ArgumentParser
internal import Glibc
internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceRPC

/// Where the sound of people comes from who are recognised while they speak, and how.
struct LiveOptions: ParsableArguments {
  /// How headerless samples are read.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case file, s16le, f32le
  }

  @Flag(help: "Recognise what comes on standard input.") var stdin = false
  @Flag(help: "Recognise what a microphone hears.") var microphone = false
  @Option(help: "The microphone as ALSA names it; `arecord -L` lists them.") var device: String?
  @Option(help: "Of standard input: a file from its header on (WAV is answered as it comes), or samples without one.")
  var format = Format.file
  @Option(help: ArgumentHelp("Samples a second of s16le and f32le.", valueName: "Hz")) var rate: UInt32 = 16_000
  @Option(help: "Interleaved channels of s16le and f32le.") var channels: UInt32 = 1
  @Option(help: ArgumentHelp("Length of the sliding window.", valueName: "seconds")) var window = 3.0
  @Option(help: ArgumentHelp("From one window to the next.", valueName: "seconds")) var hop = 0.5

  /// Whether running speech is to be recognised.
  var isChosen: Bool { stdin || microphone }

  func validate() throws {
    if stdin && microphone { throw ValidationError("give one of --stdin and --microphone") }
    if device != nil && !microphone { throw ValidationError("--device is of a --microphone") }
    if stdin && isatty(STDIN_FILENO) == 1 {
      throw ValidationError("--stdin is a terminal: send it audio, e.g. `… | voiceprint recognize --stdin`")
    }
  }

  /// The settings of the stream as far as they are said here.
  var settings: GatewayV1.IdentifyStreamSettings {
    .with {
      ($0.windowSeconds, $0.hopSeconds) = (window, hop)
      if microphone {
        ($0.encoding, $0.sampleRateHz) = (.pcmS16le, Microphone.sampleRate)
      } else if format != .file {
        ($0.encoding, $0.sampleRateHz, $0.channels) = (format == .s16le ? .pcmS16le : .pcmF32le, rate, channels)
      }
    }
  }

  /// Sends the sound and shows the answers up to the sound's end, which Ctrl-C is too.
  func recognize(
    _ settings: GatewayV1.IdentifyStreamSettings, _ client: GatewayClient, _ view: LiveView
  ) async throws {
    try await flaggedByInterrupts { ended in
      guard microphone else {
        return try await Self.stream(AudioInput(file: STDIN_FILENO, ended: ended), settings, client, view)
      }
      let microphone = try await Microphone.start(device: device)
      let input = AudioInput(file: microphone.file, ended: ended)
      try await microphone.whileRecording { try await Self.stream(input, settings, client, view) }
    }
  }

  private static func stream(
    _ input: AudioInput, _ settings: GatewayV1.IdentifyStreamSettings, _ client: GatewayClient, _ view: LiveView
  ) async throws {
    defer { view.finish() }
    try await client.call(GatewayClient.Service.identifyStream) { writer, responses in
      // Whether the answers are over, when nobody listens to the rest of the sound.
      try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
          try await writer.write(.with { $0.part = .settings(settings) })
          while case let bytes = try await input.next(), !bytes.isEmpty {
            try await writer.write(.with { $0.part = .audio(Bytes(bytes)) })
          }
          try await writer.finish()
          return false
        }
        group.addTask {
          for try await response in responses { view.show(response) }
          return true
        }
        while let isOver = try await group.next() { if isOver { group.cancelAll() } }
      }
    }
    await input.close()
  }
}
