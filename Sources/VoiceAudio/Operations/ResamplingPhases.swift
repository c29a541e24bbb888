internal import CVoiceDSP

/// The weights that an output sample has for the inputs around it, by its place between two of them.
struct ResamplingPhases: Sendable {
  /// Outputs of a group: they share a window of inputs.
  static let together = 4

  /// Weights of the inputs from `first` on, counted from the first output's place.
  struct Phase: Sendable {
    var first: Int
    var weights: [Float]
  }
  /// Weights of neighbouring outputs for the inputs from `first` on.
  struct Group: Sendable {
    var first: Int
    /// Inputs of the window, a multiple of what every vector holds.
    var taps: Int
    /// The weights, `[together, taps]`, zero where an output does not reach.
    var weights: [Float]
  }

  /// Outputs after which the weights repeat.
  let period: Int
  /// Inputs that a period moves on.
  let advance: Int
  private let ratio: Double
  private let filter: KaiserSinc
  /// Table entries from one input sample to the next.
  private let step: Double

  /// Phases between two rates in Hz.
  init(from source: Int, to target: Int, filter: KaiserSinc) {
    var (divisor, rest) = (source, target)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    period = target / divisor
    advance = source / divisor
    ratio = Double(target) / Double(source)
    self.filter = filter
    let step = min(1, ratio) * Double(KaiserSinc.precision)
    self.step = filter.roundsSteps ? max(1, step.rounded(.down)) : step
  }

  /// Most inputs that an output needs on one side.
  var reach: Int { Int(Double(filter.zeroCrossings * KaiserSinc.precision) / step) + 2 }

  /// Most inputs of a group's window.
  var longestWindow: Int { Self.padded(2 * reach + Int(Double(Self.together) / ratio) + 1) }

  /// The weights of outputs `together · number` and those after it.
  func group(_ number: Int) -> Group {
    let members = (0..<Self.together).map { self[number * Self.together + $0] }
    let first = members[0].first
    let taps = Self.padded(members.map { $0.first + $0.weights.count - first }.max() ?? 0)
    var weights = [Float](repeating: 0, count: Self.together * taps)
    for (row, member) in members.enumerated() {
      let begin = row * taps + member.first - first
      weights.replaceSubrange(begin..<begin + member.weights.count, with: member.weights)
    }
    return Group(first: first, taps: taps, weights: weights)
  }

  /// The weights of an output; its time is index / ratio.
  subscript(index: Int) -> Phase {
    let time = Double(index % period) * (1 / ratio)
    let sample = Int(time)
    let scale = min(1, ratio)
    let fraction = scale * (time - Double(sample))
    let left = wing(fraction, gain: scale)
    return Phase(
      first: index / period * advance + sample - left.count + 1,
      weights: left.reversed() + wing(scale - fraction, gain: scale))
  }

  /// A number of taps that is a multiple of what every vector holds.
  private static func padded(_ taps: Int) -> Int {
    let lanes = Int(VD_MAX_LANES)
    return (taps + lanes - 1) / lanes * lanes
  }

  /// Weights of one side, from the nearest sample outward, between table entries linearly.
  private func wing(_ distance: Double, gain: Double) -> [Float] {
    let window = filter.window
    let nearest = distance * Double(KaiserSinc.precision)
    // resampy takes no tap from the table's last entries.
    let taps =
      filter.roundsSteps
      ? (window.count - Int(nearest)) / Int(step) : Int((Double(window.count - 1) - nearest) / step) + 1
    return (0..<max(0, taps)).map { tap in
      let position = nearest + Double(tap) * step
      let index = Int(position)
      let delta = index + 1 < window.count ? window[index + 1] - window[index] : 0
      return Float(gain * (window[index] + (position - Double(index)) * delta))
    }
  }
}
