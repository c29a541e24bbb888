internal import Synchronization

/// Random numbers for ids that have to be unlike each other and nothing else: the system's generator costs a call of
/// the kernel each.
enum TraceNumbers {
  private static let state = Atomic(UInt64.random(in: 0 ... .max))

  /// A number other than 0 (SplitMix64; Steele, Lea, Flood 2014: "Fast splittable pseudorandom number generators").
  static func next() -> UInt64 {
    var z = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return max(1, z ^ (z >> 31))
  }
}
