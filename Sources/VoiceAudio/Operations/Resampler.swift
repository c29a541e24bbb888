internal import CVoiceDSP

/// Band-limited change of the sample rate by a windowed sinc (J. O. Smith, Digital Audio Resampling), resampy's unless
/// another is asked for.
///
/// With rates p:q in lowest terms the filter's phase repeats after p outputs. Four neighbouring outputs share a window
/// of inputs; their weights are made once, and at several places a cycle of phases apart they are one product of small
/// matrices.
package final class Resampler: Sendable {
  /// Most weights that are kept; rates with more phases have them made anew for each clip, so that a stranger's odd
  /// sample rate takes no memory.
  private static let keptWeights = 1 << 18
  /// Inputs that a block of cycles spans: it stays in the first cache while all phases go over it.
  private static let blockInputs = 1 << 12

  /// Rate of the input, Hz.
  package let sourceRate: Int
  /// Rate of the output, Hz.
  package let targetRate: Int
  /// Outputs after which groups and their weights repeat.
  private let cycle: Int
  /// Inputs that a cycle moves on.
  private let advance: Int
  private let phases: ResamplingPhases
  private let kept: [ResamplingPhases.Group]?
  private let kernels: SignalKernels

  /// A resampler between two rates in Hz. Throws `badSampleRate`.
  package convenience init(from source: Int, to target: Int, filter: KaiserSinc = .resampy) throws(AudioError) {
    try self.init(from: source, to: target, filter: filter, .best)
  }

  init(
    from source: Int, to target: Int, filter: KaiserSinc = .resampy, _ kernels: SignalKernels
  ) throws(AudioError) {
    guard source > 0, target > 0 else { throw AudioError(.badSampleRate, "\(source) Hz to \(target) Hz") }
    let phases = ResamplingPhases(from: source, to: target, filter: filter)
    let repeats = [1, 2, 4].first { phases.period * $0 % ResamplingPhases.together == 0 } ?? 4
    sourceRate = source
    targetRate = target
    cycle = phases.period * repeats
    advance = phases.advance * repeats
    self.phases = phases
    self.kernels = kernels
    let few = source != target && cycle <= Self.keptWeights / phases.longestWindow
    kept = few ? (0..<cycle / ResamplingPhases.together).map { phases.group($0) } : nil
  }

  /// Samples at the target rate: int(n · target / source) of them. Beyond its ends the input is silence.
  package func resample(_ samples: [Float]) -> [Float] {
    if sourceRate == targetRate { return samples }
    let count = samples.count * targetRate / sourceRate
    if count == 0 { return [] }
    // The last group may have outputs beyond the end.
    return .init(unsafeUninitializedCapacity: count + ResamplingPhases.together) { output, initialized in
      samples.withUnsafeBufferPointer { input in
        guard let target = output.baseAddress else { return }
        resample(input, to: target, count: count)
      }
      initialized = count
    }
  }

  private func resample(_ input: UnsafeBufferPointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    let cycles = (count + cycle - 1) / cycle
    // Weights that are not kept are made once a clip: all of it is one block then.
    let block = kept == nil ? cycles : max(1, Self.blockInputs / advance)
    var ends: [Float] = []
    for first in stride(from: 0, to: cycles, by: block) {
      let begin = first * advance - phases.reach
      let end = (first + block) * advance + phases.reach + phases.longestWindow
      let (outputs, left) = (target + first * cycle, min(count - first * cycle, block * cycle))
      if begin >= 0, end <= input.count, let source = input.baseAddress {
        run(source + first * advance, to: outputs, count: left)
      } else {
        // Near the ends, with the silence around them.
        ends = (begin..<end).map { input.indices.contains($0) ? input[$0] : 0 }
        ends.withUnsafeBufferPointer { ends in
          guard let source = ends.baseAddress else { return }
          run(source + phases.reach, to: outputs, count: left)
        }
      }
    }
  }

  /// `count` outputs from a cycle's beginning on, whose place in the input is `source`.
  private func run(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    for index in stride(from: 0, to: min(count, cycle), by: ResamplingPhases.together) {
      let number = index / ResamplingPhases.together
      let group = kept?[number] ?? phases.group(number)
      let places = (count - index + cycle - 1) / cycle
      kernels.table.pointee.dots_of_four(
        group.weights, group.taps, source + group.first, advance, target + index, cycle, places)
    }
  }
}
