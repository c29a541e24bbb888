/// The weights that an output sample has for the inputs around it, by its place between two of them.
struct ResamplingPhases: Sendable {
  /// Weights of the inputs from `first` on, counted from the first output's place.
  struct Phase: Sendable {
    var first: Int
    var weights: [Float]
  }

  private let ratio: Double
  /// Table entries from one input sample to the next.
  private let step: Int

  /// Phases of a ratio of rates, output to input.
  init(ratio: Double) {
    self.ratio = ratio
    step = max(1, Int(min(1, ratio) * Double(KaiserSinc.precision)))
  }

  /// Most inputs that an output needs on one side.
  var reach: Int { KaiserSinc.zeroCrossings * KaiserSinc.precision / step + 2 }

  /// The weights of output `index`: its time is index / ratio.
  subscript(index: Int) -> Phase {
    let time = Double(index) * (1 / ratio)
    let sample = Int(time)
    let scale = min(1, ratio)
    let fraction = scale * (time - Double(sample))
    let left = wing(fraction, gain: scale)
    return Phase(first: sample - left.count + 1, weights: left.reversed() + wing(scale - fraction, gain: scale))
  }

  /// Weights of one side, from the nearest sample outward, between table entries linearly.
  private func wing(_ distance: Double, gain: Double) -> [Float] {
    let window = KaiserSinc.window
    let position = distance * Double(KaiserSinc.precision)
    let offset = Int(position)
    let eta = position - Double(offset)
    return (0..<max(0, (window.count - offset) / step)).map { tap in
      let index = offset + tap * step
      let delta = index + 1 < window.count ? window[index + 1] - window[index] : 0
      return Float(gain * (window[index] + eta * delta))
    }
  }
}
