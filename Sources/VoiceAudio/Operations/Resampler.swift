internal import CVoiceDSP
internal import Synchronization

/// Band-limited change of the sample rate, with resampy's "kaiser_best" filter (J. O. Smith, Digital Audio Resampling).
///
/// With rates p:q in lowest terms the filter's phase repeats after p outputs, so the weights of each phase are made once,
/// and an output sample is one dot product.
package final class Resampler: Sendable {
  /// Rate of the input, Hz.
  package let sourceRate: Int
  /// Rate of the output, Hz.
  package let targetRate: Int
  /// Outputs after which the weights repeat.
  private let phases: Int
  /// Inputs that `phases` outputs move on.
  private let advance: Int
  private let phaseTable: Mutex<PhaseTable>

  /// A resampler between two rates in Hz. Throws `badSampleRate`.
  package init(from source: Int, to target: Int) throws(AudioError) {
    guard source > 0, target > 0 else { throw AudioError(.badSampleRate, "\(source) Hz to \(target) Hz") }
    let divisor = Self.greatestCommonDivisor(source, target)
    sourceRate = source
    targetRate = target
    phases = target / divisor
    advance = source / divisor
    phaseTable = Mutex(PhaseTable(ratio: Double(target) / Double(source)))
  }

  /// Samples at the target rate: int(n · target / source) of them. Beyond its ends the input is silence.
  package func resample(_ samples: [Float]) -> [Float] {
    if sourceRate == targetRate { return samples }
    let count = samples.count * targetRate / sourceRate
    let table = phaseTable.withLock { table in
      table.extend(to: min(phases, count))
      return table
    }
    let reach = table.reach
    let padded = [Float](repeating: 0, count: reach) + samples + [Float](repeating: 0, count: reach + 1)
    return padded.withUnsafeBufferPointer { input in
      guard let start = input.baseAddress else { return [] }
      return table.weights.withUnsafeBufferPointer { weights in
        guard let first = weights.baseAddress else { return [] }
        return (0..<count).map { index in
          let phase = table.phases[index % phases]
          let position = phase.first + index / phases * advance + reach
          return vd_dot(first + phase.offset, start + position, phase.count)
        }
      }
    }
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }
}

/// The weights of the phases that were needed so far.
private struct PhaseTable {
  struct Phase {
    /// Index of the first input sample, for the first round of phases.
    var first: Int
    /// Where its weights begin.
    var offset: Int
    var count: Int
  }
  private let ratio: Double
  /// Table entries from one input sample to the next.
  private let step: Int
  private(set) var phases: [Phase] = []
  private(set) var weights: [Float] = []

  init(ratio: Double) {
    self.ratio = ratio
    step = Int(min(1, ratio) * Double(KaiserSinc.precision))
  }

  /// Most input samples that an output needs on one side.
  var reach: Int { KaiserSinc.zeroCrossings * KaiserSinc.precision / step + 2 }

  mutating func extend(to count: Int) {
    while phases.count < count { append(phases.count) }
  }

  private mutating func append(_ index: Int) {
    let time = Double(index) * (1 / ratio)
    let sample = Int(time)
    let scale = min(1, ratio)
    let fraction = scale * (time - Double(sample))
    let left = Self.wing(fraction, step, gain: scale)
    let right = Self.wing(scale - fraction, step, gain: scale)
    phases.append(Phase(first: sample - left.count + 1, offset: weights.count, count: left.count + right.count))
    weights += left.reversed() + right
  }

  /// Weights of one side, from the nearest sample outward, between table entries linearly.
  private static func wing(_ distance: Double, _ step: Int, gain: Double) -> [Float] {
    let window = KaiserSinc.window
    let position = distance * Double(KaiserSinc.precision)
    let offset = Int(position)
    let eta = position - Double(offset)
    let count = max(0, (window.count - offset) / step)
    return (0..<count).map { tap in
      let index = offset + tap * step
      let delta = index + 1 < window.count ? window[index + 1] - window[index] : 0
      return Float(gain * (window[index] + eta * delta))
    }
  }
}
