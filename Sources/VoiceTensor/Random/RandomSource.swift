internal import Glibc

/// Reproducible random numbers: SplitMix64 (Steele, Lea, Flood: "Fast splittable
/// pseudorandom number generators", 2014).
package struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A sequence that depends on nothing but `seed`.
  package init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The next number of 0..<1, in steps of 2⁻²⁴.
  package mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }
}

extension RandomSource {
  /// A seed for each list of numbers, e.g. epoch and place: what is drawn for one changes nothing for another.
  package static func seed(_ seed: UInt64, _ path: UInt64...) -> UInt64 {
    path.reduce(seed) { seed, number in
      var source = RandomSource(seed: seed)
      return source.next() ^ (number &* 0xD6E8_FEB8_6659_FD93)
    }
  }

  /// A whole number of 0..<`bound`, each as likely (Lemire 2019, without its rejection: the bias is below 2⁻³²).
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "random number below \(bound)")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number of `range`.
  package mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + Double(next() >> 11) * 0x1p-53 * (range.upperBound - range.lowerBound)
  }

  /// A number of the standard normal distribution (Box and Muller 1958).
  package mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform(in: 0...1))).squareRoot()
    return radius * cos(2 * .pi * uniform(in: 0...1))
  }

  /// Whether something of that probability happens; always draws one number.
  package mutating func happens(_ probability: Double) -> Bool { uniform(in: 0...1) < probability }

  /// The elements in random order (Fisher and Yates); the same on any machine and with any standard library.
  package mutating func shuffled<Element>(_ elements: some Sequence<Element>) -> [Element] {
    var result = Array(elements)
    for index in result.indices.dropFirst().reversed() { result.swapAt(index, below(index + 1)) }
    return result
  }
}
