import VoiceNN

/// PyTorch's random numbers on a CPU: the Mersenne Twister (Matsumoto, Nishimura 1998) after `torch.manual_seed`.
struct TorchGenerator {
  private var state: [UInt32]
  private var next = 624

  init(seed: UInt32) {
    state = [seed]
    for index in 1..<624 {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
    }
  }

  /// What `Tensor.uniform_(-bound, bound)` writes.
  mutating func uniform(_ bound: Float, count: Int) -> [Float] {
    (0..<count).map { _ in Float(bits() & 0xFF_FFFF) * 0x1p-24 * (bound - -bound) - bound }
  }

  /// The values of a new parameter, as PyTorch draws them; nil for those that it draws normally.
  mutating func values(of parameter: Parameter) -> [Float]? {
    let shape = parameter.shape
    let taps = shape.dropFirst(2).reduce(1, *)
    switch parameter.initialization {
    case .standard: return uniform(1 / Float(shape[1] * taps).squareRoot(), count: parameter.count)
    case .uniform(let fanIn): return uniform(1 / Float(fanIn).squareRoot(), count: parameter.count)
    case .xavierUniform:
      return uniform((6 / Float((shape[0] + shape[1]) * taps)).squareRoot(), count: parameter.count)
    case .constant(let value): return [Float](repeating: value, count: parameter.count)
    case .kaimingNormalFanIn, .kaimingNormalFanOut: return nil
    }
  }

  private mutating func bits() -> UInt32 {
    if next == 624 { twist() }
    var y = state[next]
    next += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C_5680
    y ^= (y << 15) & 0xEFC6_0000
    return y ^ (y >> 18)
  }

  private mutating func twist() {
    for index in 0..<624 {
      let y = (state[index] & 0x8000_0000) | (state[(index + 1) % 624] & 0x7FFF_FFFF)
      state[index] = state[(index + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    next = 0
  }
}
