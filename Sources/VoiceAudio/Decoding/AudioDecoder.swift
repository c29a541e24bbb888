/// Decodes bytes to one channel of samples. Blocks while it reads: call it on a compute thread.
package enum AudioDecoder {
  private static let blockFrames = 4096
  /// Frames that memory is taken for on a header's word; what comes beyond them takes it as it comes.
  private static let reservedFrames = 1 << 20

  /// Decodes audio within limits; channels become their mean, integers are scaled to [-1, 1].
  ///
  /// A file that was cut short gives what is there. Throws `AudioError`: `empty`, `notAudio`, `tooLarge`, `tooLong`
  /// (before memory is taken for it), `tooShort`, `badChannels`, `badSampleRate`, `notFinite`, `silent`.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, encoding: AudioEncoding = .container, limits: AudioLimits = .init()
  ) throws(AudioError) -> DecodedAudio {
    let audio = try decodeUnmeasured(bytes, encoding, limits)
    try audio.validate(limits)
    return audio
  }

  /// The same without a look at the samples, which the caller validates.
  static func decodeUnmeasured(
    _ bytes: UnsafeRawBufferPointer, _ encoding: AudioEncoding, _ limits: AudioLimits
  ) throws(AudioError) -> DecodedAudio {
    guard !bytes.isEmpty else { throw AudioError(.empty, "there are no bytes: send the content of an audio file") }
    guard bytes.count <= limits.maxBytes else {
      throw AudioError(.tooLarge, "\(bytes.count) bytes, at most \(limits.maxBytes) are taken")
    }
    switch encoding {
    case .container:
      // The plainest of files needs no library.
      if case .header(let header) = WAVHeader.read(bytes), header.format == .signed16 {
        let samples = UnsafeRawBufferPointer(rebasing: bytes[header.start...].prefix(header.byteCount ?? bytes.count))
        return try decodeSamples(samples, header.sampleRate, header.channels, .signed16, limits)
      }
      return try decodeFile(bytes, limits)
    case .pcmS16LE(let rate, let channels): return try decodeSamples(bytes, rate, channels, .signed16, limits)
    case .pcmF32LE(let rate, let channels): return try decodeSamples(bytes, rate, channels, .float32, limits)
    }
  }

  private static func decodeFile(
    _ bytes: UnsafeRawBufferPointer, _ limits: AudioLimits
  ) throws(AudioError) -> DecodedAudio {
    let file = try SoundFile(bytes)
    try checkHeader(frames: file.frames ?? 0, rate: file.sampleRate, channels: file.channels, limits)
    let channels = file.channels
    var samples: [Float] = []
    // Compressed formats may announce too few frames or none: the limit holds for what really comes.
    let most = Int(limits.maxSeconds * Double(file.sampleRate))
    samples.reserveCapacity(min(max(file.frames ?? 0, 0), most, reservedFrames))
    var block = [Float](repeating: 0, count: blockFrames * channels)
    while true {
      let count = block.withUnsafeMutableBufferPointer { file.read(into: $0) }
      if count <= 0 { break }
      guard samples.count + count <= most else { throw limits.tooLong }
      appendMean(of: block, frames: count, channels: channels, to: &samples)
    }
    return DecodedAudio(samples: samples, sampleRate: file.sampleRate, channels: channels)
  }

  private static func decodeSamples(
    _ bytes: UnsafeRawBufferPointer, _ rate: Int, _ channels: Int, _ format: SampleFormat, _ limits: AudioLimits
  ) throws(AudioError) -> DecodedAudio {
    // A last frame that was cut is left out.
    let frames = channels > 0 ? bytes.count / (format.width * channels) : 0
    try checkHeader(frames: frames, rate: rate, channels: channels, limits)
    let interleaved = format.samples(bytes, count: frames * channels)
    if channels == 1 { return DecodedAudio(samples: interleaved, sampleRate: rate) }
    var samples: [Float] = []
    samples.reserveCapacity(frames)
    appendMean(of: interleaved, frames: frames, channels: channels, to: &samples)
    return DecodedAudio(samples: samples, sampleRate: rate, channels: channels)
  }

  private static func appendMean(of block: [Float], frames: Int, channels: Int, to samples: inout [Float]) {
    if channels == 1 {
      samples.append(contentsOf: block[..<frames])
      return
    }
    for frame in 0..<frames {
      var sum: Float = 0
      for channel in 0..<channels { sum += block[frame * channels + channel] }
      samples.append(sum / Float(channels))
    }
  }

  /// Throws for what a header says that is not taken: `badChannels`, `badSampleRate`, `tooLong`.
  static func checkHeader(
    frames: Int, rate: Int, channels: Int, _ limits: AudioLimits
  ) throws(AudioError) {
    guard (1...limits.maxChannels).contains(channels) else {
      throw AudioError(.badChannels, "\(channels) channels, 1 to \(limits.maxChannels) are taken")
    }
    try limits.check(sampleRate: rate)
    guard Double(frames) <= limits.maxSeconds * Double(rate) else { throw limits.tooLong }
  }
}
