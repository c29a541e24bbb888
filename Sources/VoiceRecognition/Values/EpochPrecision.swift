/// The numbers that an epoch's convolutions multiply: part of what the epoch is, as others give other voiceprints.
package enum EpochPrecision: String, Sendable, Hashable, Codable, CaseIterable {
  /// 24 bits of mantissa, which every processor multiplies.
  case float32
  /// bfloat16: 8 bits of mantissa, sums in float32.
  case bf16
  /// IEEE half precision: 11 bits of mantissa, short runs of products summed in the same.
  case float16
}
