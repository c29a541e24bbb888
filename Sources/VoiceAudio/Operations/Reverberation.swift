internal import CVoiceDSP

/// The sound of a room (mvector 1.1).
package enum Reverberation {
  /// Samples convolved with a room's impulse response at the same rate: the response, cut to the samples' length, has
  /// an energy of 1; the result is divided by its largest absolute value + 1e-6 and cut to the samples' length.
  ///
  /// Throws `badArgument` for a response without energy.
  package static func apply(impulseResponse: [Float], to samples: [Float]) throws(AudioError) -> [Float] {
    let response = Array(impulseResponse.prefix(samples.count))
    let energy = response.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard energy > 0, energy.isFinite else {
      throw AudioError(.badArgument, "the impulse response has no energy: give the recording of a room")
    }
    let scale = Float(1 / energy.squareRoot())
    let weights = response.reversed().map { $0 * scale }
    let silence = [Float](repeating: 0, count: weights.count - 1)
    let padded = silence + samples + silence
    var result = [Float](repeating: 0, count: samples.count + weights.count - 1)
    SignalKernels.best.table.pointee.dots(weights, weights.count, padded, 1, &result, 1, result.count)
    let peak = result.reduce(0) { max($0, abs($1)) }
    return result.prefix(samples.count).map { $0 / (peak + 1e-6) }
  }
}
