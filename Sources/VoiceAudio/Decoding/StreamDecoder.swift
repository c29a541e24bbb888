/// Decodes audio while its bytes come in, in pieces of any size.
///
/// Headerless samples and WAV files give samples at once. Other files give theirs at the end: their decoders look for
/// the end of a file before they read it.
package struct StreamDecoder: Sendable {
  private enum State: Sendable {
    /// What there is of a file whose kind is not known yet. Can turn into any other.
    case beginning([UInt8])
    /// Samples one after the other: bytes of one that is not whole, and how many bytes more are samples.
    case samples(SampleLayout, rest: [UInt8], left: Int?)
    /// All there is of a file that is decoded at the end.
    case file([UInt8])
  }

  private struct SampleLayout: Sendable {
    let format: SampleFormat
    let sampleRate: Int
    let channels: Int
  }

  private let limits: AudioLimits
  private var state: State

  /// A decoder of bytes that hold audio so. Throws `badChannels`, `badSampleRate`.
  package init(_ encoding: AudioEncoding, limits: AudioLimits = AudioLimits()) throws(AudioError) {
    self.limits = limits
    state = .beginning([])
    switch encoding {
    case .container: break
    case .pcmS16LE(let rate, let channels): try begin(.signed16, rate, channels)
    case .pcmF32LE(let rate, let channels): try begin(.float32, rate, channels)
    }
  }

  /// Samples a second, Hz; nil until the header was read.
  package var sampleRate: Int? {
    if case .samples(let layout, _, _) = state { layout.sampleRate } else { nil }
  }

  /// Takes more bytes; gives the samples, `[frames]`, the mean of the channels, that they end.
  ///
  /// Throws `AudioError`: `tooLarge` for a file that is decoded at the end, `badChannels`, `badSampleRate`,
  /// `notFinite`.
  package mutating func decode(_ bytes: UnsafeRawBufferPointer) throws(AudioError) -> [Float] {
    switch state {
    case .samples(let layout, let rest, let left): return try decode(rest, bytes, layout, left)
    case .file(let file):
      state = .file([])  // so that the array is not copied
      try keep(file, bytes)
      return []
    case .beginning(let first):
      let file = first + bytes
      switch file.withUnsafeBytes({ WAVHeader.read($0) }) {
      case .unfinished: state = .beginning(file)
      case .other:
        try keep([], file)
      case .header(let header):
        try begin(header.format, header.sampleRate, header.channels, byteCount: header.byteCount)
        return try file[header.start...].withUnsafeBufferPointer { bytes throws(AudioError) in
          try decode(UnsafeRawBufferPointer(bytes))
        }
      }
      return []
    }
  }

  /// The rest, once no more bytes come: all of a file that could not be decoded as it came. Blocks while it decodes:
  /// call it on a compute thread. nil when every sample was given before.
  ///
  /// Throws as `AudioDecoder.decode` does, and `notAudio` for a header that is cut short.
  package func finish() throws(AudioError) -> DecodedAudio? {
    switch state {
    case .samples: return nil
    case .beginning(let file), .file(let file):
      return try file.withUnsafeBufferPointer { bytes throws(AudioError) in
        try AudioDecoder.decode(UnsafeRawBufferPointer(bytes), limits: limits)
      }
    }
  }

  private mutating func begin(
    _ format: SampleFormat, _ rate: Int, _ channels: Int, byteCount: Int? = nil
  ) throws(AudioError) {
    try AudioDecoder.checkHeader(frames: 0, rate: rate, channels: channels, limits)
    state = .samples(SampleLayout(format: format, sampleRate: rate, channels: channels), rest: [], left: byteCount)
  }

  private mutating func keep(_ file: consuming [UInt8], _ more: some Collection<UInt8>) throws(AudioError) {
    guard file.count + more.count <= limits.maxBytes else {
      throw AudioError(
        .tooLarge, "more than \(limits.maxBytes) bytes of a file that cannot be decoded before its end: send WAV or "
          + "headerless samples")
    }
    file.append(contentsOf: more)
    state = .file(file)
  }

  private mutating func decode(
    _ rest: [UInt8], _ new: UnsafeRawBufferPointer, _ layout: SampleLayout, _ left: Int?
  ) throws(AudioError) -> [Float] {
    // Behind the samples of a WAV file there may be other chunks.
    let taken = new.prefix(left ?? new.count)
    let bytes = rest + taken
    let frameWidth = layout.format.width * layout.channels
    let frames = bytes.count / frameWidth
    let samples = bytes.withUnsafeBytes { bytes in
      (0..<frames).map { frame in
        // In the order in which `AudioDecoder` adds, so that both give the same.
        let sum = (0..<layout.channels).reduce(Float(0)) { sum, channel in
          sum + layout.format.sample(bytes, frame * frameWidth + channel * layout.format.width)
        }
        return layout.channels == 1 ? sum : sum / Float(layout.channels)
      }
    }
    guard samples.allSatisfy(DecodedAudio.isUsable) else { throw DecodedAudio.notFinite }
    state = .samples(layout, rest: Array(bytes[(frames * frameWidth)...]), left: left.map { $0 - taken.count })
    return samples
  }
}
