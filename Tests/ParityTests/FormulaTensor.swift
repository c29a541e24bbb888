import VoiceTensor

/// Tensors by the formula of golden/index.json, from their names: what no file needs to hold.
enum FormulaTensor {
  /// Multiples of 1/1024 in [-1, 1): splitmix64 (Steele et al. 2014), seeded with FNV-1a of the name.
  static func noise(_ name: String, count: Int) -> [Float] {
    let seed = name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return (1...UInt64(count)).map { index in
      var z = seed &+ index &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return Float((z ^ z >> 31) >> 53) / 1024 - 1
    }
  }

  /// A parameter: about as large as after initialisation; norms are near the identity.
  static func parameter(_ path: String, _ shape: [Int]) -> StoredTensor {
    let noise = noise(path, count: shape.reduce(1, *))
    let (offset, scale): (Float, Float) =
      if shape.count > 1 {
        (0, scale(fanIn: shape.dropFirst().reduce(1, *)))
      } else if path.hasSuffix("weight") || path.hasSuffix("running_var") {
        (1, 1 / 4)
      } else {
        (0, 1 / 16)
      }
    return StoredTensor(shape: shape, values: noise.map { offset + scale * $0 })
  }

  /// The power of two that is nearest to √(6 / fan in), by their logarithms.
  private static func scale(fanIn: Int) -> Float {
    let scale = (6 / Float(fanIn)).squareRoot()
    let more = scale.significand * scale.significand < 2 ? 0 : 1
    return Float(sign: .plus, exponent: scale.exponent + more, significand: 1)
  }
}
