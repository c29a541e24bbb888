internal import VoiceModels

/// What a replica keeps besides the epochs that collections use.
struct EpochPolicy: Sendable {
  /// Whether an epoch that no collection uses is loaded when somebody asks for it.
  var loadsOnDemand = true
  /// How many of those are kept.
  var maximumOnDemand = 4
  /// How many loads may be under way before one on demand is refused.
  var maximumLoads = 4
  /// How long an epoch stays that no collection uses and nobody asks for.
  var unloadAfter = Duration.seconds(60)
  /// How long a damaged or refused epoch is not tried again.
  var retryAfter = Duration.seconds(60)
  /// Which epochs of fewer bits than float32 are computed with those.
  var reducedPrecision = ReducedPrecision.fastest
  /// How long to wait with an epoch in use whose load failed for a reason that may pass.
  var pause = Duration.seconds(2)
}
