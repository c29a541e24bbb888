/// Writes WAV files.
package enum WAVWriter {
  /// A WAV of 16-bit samples; what exceeds [-1, 1] is clipped, what is no number is 0. One channel.
  package static func int16(_ samples: [Float], sampleRate: Int) -> [UInt8] {
    var bytes = header(samples.count * 2, format: 1, bits: 16, sampleRate)
    for sample in samples {
      let value = sample.isNaN ? 0 : Int16(max(-32768, min(32767, (sample * 32768).rounded())))
      append(UInt16(bitPattern: value), to: &bytes)
    }
    return bytes
  }

  /// A WAV of 32-bit floats, exact. One channel.
  package static func float32(_ samples: [Float], sampleRate: Int) -> [UInt8] {
    var bytes = header(samples.count * 4, format: 3, bits: 32, sampleRate)
    for sample in samples { append(sample.bitPattern, to: &bytes) }
    return bytes
  }

  private static func header(_ size: Int, format: UInt16, bits: Int, _ rate: Int) -> [UInt8] {
    var bytes = Array("RIFF".utf8)
    append(UInt32(36 + size), to: &bytes)
    bytes += Array("WAVEfmt ".utf8)
    append(UInt32(16), to: &bytes)
    append(format, to: &bytes)
    append(UInt16(1), to: &bytes)
    append(UInt32(rate), to: &bytes)
    append(UInt32(rate * bits / 8), to: &bytes)
    append(UInt16(bits / 8), to: &bytes)
    append(UInt16(bits), to: &bytes)
    bytes += Array("data".utf8)
    append(UInt32(size), to: &bytes)
    return bytes
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
