internal import ArgumentParser
internal import VoiceModels
internal import VoiceRecognition

extension EpochPrecision: ExpressibleByArgument {}

/// `--precision` where an epoch is made.
struct EpochPrecisionOptions: ParsableArguments {
  @Option(help: "What the network's convolutions multiply: float32, bf16 or float16.")
  var precision = EpochPrecision.float32
  @Flag(help: "Let replicas whose processor does not multiply such numbers, or not faster, serve the epoch in float32.")
  var float32Fallback = false

  func validate() throws {
    guard !float32Fallback || precision != .float32 else {
      throw ValidationError("--float32-fallback is for an epoch of another --precision than float32.")
    }
  }
}
