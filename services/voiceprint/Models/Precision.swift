internal import ArgumentParser
internal import VoiceTensor

/// What the convolutions of a network multiply, as commands are told it.
enum Precision: String, ExpressibleByArgument, CaseIterable, Encodable {
  case float32
  case bf16

  var kernels: KernelPrecision {
    switch self {
    case .float32: .float32
    case .bf16: .bfloat16
    }
  }
}
