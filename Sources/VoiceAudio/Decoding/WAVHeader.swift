/// What stands before the samples of a WAV file (Microsoft's RIFF specification).
struct WAVHeader: Sendable, Equatable {
  let format: SampleFormat
  let sampleRate: Int
  let channels: Int
  /// Where the samples begin, bytes from the file's first.
  let start: Int
  /// How many bytes of samples there are; nil when the writer did not know, as one that writes into a pipe.
  let byteCount: Int?

  /// What the first bytes of a file say.
  enum Reading: Equatable {
    case header(WAVHeader)
    /// More bytes are needed.
    case unfinished
    /// No WAV file, or one whose samples are compressed.
    case other
  }

  private static let longest = 1 << 20
  private typealias Encoding = (format: SampleFormat, sampleRate: Int, channels: Int)

  /// Reads the chunks up to the samples.
  static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
    let isPossible = zip(bytes, "RIFF".utf8).allSatisfy(==) && zip(bytes.dropFirst(8), "WAVE".utf8).allSatisfy(==)
    guard isPossible else { return .other }
    var encoding: Encoding?
    var offset = 12
    while offset + 8 <= bytes.count {
      let size = Int(word(bytes, offset + 4))
      let body = offset + 8
      switch String(decoding: bytes[offset..<offset + 4], as: UTF8.self) {
      case "data":
        guard let encoding else { return .other }
        // Writers into pipes leave 0 or something near the largest number.
        let isKnown = size > 0 && size < 0x7FFF_0000
        return .header(
          WAVHeader(
            format: encoding.format, sampleRate: encoding.sampleRate, channels: encoding.channels, start: body,
            byteCount: isKnown ? size : nil))
      case "fmt ":
        guard bytes.count >= body + size else { return size < longest ? .unfinished : .other }
        encoding = read(format: UnsafeRawBufferPointer(rebasing: bytes[body..<body + size]))
        if encoding == nil { return .other }
      default: break
      }
      offset = body + size + size % 2
      guard offset < longest else { return .other }
    }
    return .unfinished
  }

  private static func read(format bytes: UnsafeRawBufferPointer) -> Encoding? {
    guard bytes.count >= 16 else { return nil }
    var tag = half(bytes, 0)
    if tag == 0xFFFE {  // the format is the beginning of the identifier behind it
      guard bytes.count >= 26 else { return nil }
      tag = half(bytes, 24)
    }
    let format: SampleFormat
    switch (tag, half(bytes, 14)) {
    case (1, 8): format = .unsigned8
    case (1, 16): format = .signed16
    case (1, 24): format = .signed24
    case (1, 32): format = .signed32
    case (3, 32): format = .float32
    case (3, 64): format = .float64
    case (6, 8): format = .g711(.aLaw)
    case (7, 8): format = .g711(.muLaw)
    default: return nil
    }
    return (format, Int(word(bytes, 4)), Int(half(bytes, 2)))
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  private static func half(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt16 {
    UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }
}
