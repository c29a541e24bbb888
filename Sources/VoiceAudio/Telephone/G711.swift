/// The codes of telephone lines: 16-bit samples as 8 bits, whose steps grow with the level (ITU-T G.711).
enum G711: Sendable, CaseIterable {
  /// North America and Japan.
  case muLaw
  /// Elsewhere.
  case aLaw

  /// The code of a sample.
  func encode(_ sample: Int16) -> UInt8 {
    switch self {
    case .muLaw: Self.encodeMuLaw(Int(sample))
    case .aLaw: Self.encodeALaw(Int(sample))
    }
  }

  /// The sample of a code.
  func decode(_ code: UInt8) -> Int16 {
    switch self {
    case .muLaw: Self.decodeMuLaw(code)
    case .aLaw: Self.decodeALaw(code)
    }
  }

  /// A negative number's is that of its complement, as in ITU-T G.191: −1 is the smallest step below 0.
  private static func magnitude(_ sample: Int) -> Int { sample < 0 ? ~sample : sample }

  // ---- μ-law: sign, exponent and mantissa of the magnitude plus a bias; all bits inverted on the line ----

  private static let bias = 0x84
  private static let highest = 32_635

  private static func encodeMuLaw(_ sample: Int) -> UInt8 {
    let sign = sample < 0 ? 0x80 : 0
    let magnitude = min(Self.magnitude(sample), highest) + bias
    let exponent = magnitude.bitWidth - magnitude.leadingZeroBitCount - 8
    let mantissa = magnitude >> (exponent + 3) & 0x0F
    return ~UInt8(sign | exponent << 4 | mantissa)
  }

  private static func decodeMuLaw(_ code: UInt8) -> Int16 {
    let code = Int(~code)
    let magnitude = ((code & 0x0F) << 3 + bias) << (code >> 4 & 7) - bias
    return Int16(code & 0x80 != 0 ? -magnitude : magnitude)
  }

  // ---- A-law: 13 bits, linear near 0; every second bit inverted on the line ----

  private static func encodeALaw(_ sample: Int) -> UInt8 {
    let sign = sample < 0 ? 0 : 0x80
    let magnitude = Self.magnitude(sample) >> 3
    let exponent = max(0, magnitude.bitWidth - magnitude.leadingZeroBitCount - 5)
    let mantissa = magnitude >> max(1, exponent) & 0x0F
    return UInt8(sign | exponent << 4 | mantissa) ^ 0x55
  }

  private static func decodeALaw(_ code: UInt8) -> Int16 {
    let code = Int(code ^ 0x55)
    let exponent = code >> 4 & 7
    let step = (code & 0x0F) << 4 + 8
    let magnitude = exponent == 0 ? step : (step + 0x100) << (exponent - 1)
    return Int16(code & 0x80 != 0 ? magnitude : -magnitude)
  }
}
