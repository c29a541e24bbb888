internal import CVoiceDSP

/// Band-limited change of the sample rate, with resampy's "kaiser_best" filter (J. O. Smith, Digital Audio Resampling).
///
/// With rates p:q in lowest terms the filter's phase repeats after p outputs: the weights of a phase are made once,
/// and an output sample is one dot product.
package final class Resampler: Sendable {
  /// Most weights that are kept; rates with more phases have them made anew for each clip, so that a stranger's odd
  /// sample rate takes no memory.
  private static let keptWeights = 1 << 18
  /// Inputs that a block of periods spans: it stays in the cache while all phases go over it.
  private static let blockInputs = 1 << 15

  /// Rate of the input, Hz.
  package let sourceRate: Int
  /// Rate of the output, Hz.
  package let targetRate: Int
  /// Outputs after which the weights repeat.
  private let period: Int
  /// Inputs that `period` outputs move on.
  private let advance: Int
  private let phases: ResamplingPhases
  private let kept: [ResamplingPhases.Phase]?

  /// A resampler between two rates in Hz. Throws `badSampleRate`.
  package init(from source: Int, to target: Int) throws(AudioError) {
    guard source > 0, target > 0 else { throw AudioError(.badSampleRate, "\(source) Hz to \(target) Hz") }
    let divisor = Self.greatestCommonDivisor(source, target)
    let phases = ResamplingPhases(ratio: Double(target) / Double(source))
    sourceRate = source
    targetRate = target
    period = target / divisor
    advance = source / divisor
    self.phases = phases
    let few = source != target && period <= Self.keptWeights / (2 * phases.reach)
    kept = few ? (0..<period).map { phases[$0] } : nil
  }

  /// Samples at the target rate: int(n · target / source) of them. Beyond its ends the input is silence.
  package func resample(_ samples: [Float]) -> [Float] {
    if sourceRate == targetRate { return samples }
    let count = samples.count * targetRate / sourceRate
    let silence = [Float](repeating: 0, count: phases.reach)
    let padded = silence + samples + silence
    return .init(unsafeUninitializedCapacity: count) { output, initialized in
      padded.withUnsafeBufferPointer { input in
        guard let source = input.baseAddress, let target = output.baseAddress else { return }
        resample(source + phases.reach, to: target, count: count)
      }
      initialized = count
    }
  }

  private func resample(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    // Phases that are not kept are made once a clip: all of it is one block then.
    let block = kept == nil ? max(1, count) : max(1, Self.blockInputs / advance) * period
    for first in stride(from: 0, to: count, by: block) {
      let end = min(count, first + block)
      for index in first..<min(end, first + period) {
        let phase = kept?[index - first] ?? phases[index - first]
        let outputs = (end - index + period - 1) / period
        let input = source + first / period * advance + phase.first
        vd_dots(phase.weights, phase.weights.count, input, advance, target + index, period, outputs)
      }
    }
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }
}
