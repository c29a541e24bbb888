internal import Glibc

/// Energy detector of speech (librosa's `split` with 20 dB, as mvector uses it).
package enum VoiceActivity {
  private static let frameLength = 2048
  private static let hop = ClipLevels.hop

  /// Ranges of samples that are no more than `topDB` below the loudest frame, in order, apart from each other.
  package static func intervals(_ samples: [Float], topDB: Double = 20) -> [Range<Int>] {
    intervals(ClipLevels(samples), topDB: topDB)
  }

  /// The same of a clip that was measured.
  static func intervals(_ levels: ClipLevels, topDB: Double = 20) -> [Range<Int>] {
    let powers = framePowers(levels)
    let floor = 1e-10  // of the power: librosa's 1e-5 of the amplitude
    let reference = 10 * log10(max(floor, powers.max() ?? 0))
    var intervals: [Range<Int>] = []
    var start: Int?
    for (index, power) in powers.enumerated() {
      if 10 * log10(max(floor, power)) - reference > -topDB {
        start = start ?? index
      } else if let begin = start {
        intervals.append(begin * hop..<min(index * hop, levels.count))
        start = nil
      }
    }
    if let begin = start { intervals.append(min(begin * hop, levels.count)..<levels.count) }
    return intervals.filter { !$0.isEmpty }
  }

  /// The speech alone: the intervals joined by a cross-fade where they fit best; the samples themselves if there are
  /// none.
  package static func trim(_ samples: [Float], topDB: Double = 20, overlap: Int = 200) -> [Float] {
    let merged = glued(intervals(samples, topDB: topDB), minimum: 2 * overlap)
    guard let first = merged.first else { return samples }
    let hann = (0..<2 * overlap).map { Float(0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(2 * overlap - 1))) }
    var result = Array(samples[first])
    for interval in merged.dropFirst() {
      append(Array(samples[interval]), to: &result, fades: hann, overlap: overlap)
    }
    return result
  }

  /// Mean power of each frame; frames are centred on multiples of the hop, with silence beyond the ends.
  private static func framePowers(_ levels: ClipLevels) -> [Double] {
    // A frame is four hops: two before its centre and two after it.
    let energies = levels.energies
    let reach = frameLength / hop / 2
    return (0...levels.count / hop).map { index in
      energies[min(max(0, index - reach), energies.count)..<min(index + reach, energies.count)].reduce(0, +)
        / Double(frameLength)
    }
  }

  /// Intervals too short to be faded on both sides go with the one before.
  private static func glued(_ intervals: [Range<Int>], minimum: Int) -> [Range<Int>] {
    intervals.reduce(into: []) { result, interval in
      if let last = result.last, interval.count < minimum {
        result[result.count - 1] = last.lowerBound..<interval.upperBound
      } else {
        result.append(interval)
      }
    }
  }

  /// Joins a piece where its beginning is most like the end of what there is.
  private static func append(_ piece: [Float], to result: inout [Float], fades: [Float], overlap: Int) {
    guard result.count >= overlap, piece.count >= 2 * overlap else {
      result += piece
      return
    }
    let tail = Array(result.suffix(overlap))
    let shift = bestShift(of: piece, after: tail)
    let base = result.count - overlap
    for index in 0..<overlap {
      result[base + index] = tail[index] * fades[overlap + index] + piece[shift + index] * fades[index]
    }
    result += piece[(shift + overlap)...]
  }

  private static func bestShift(of piece: [Float], after tail: [Float]) -> Int {
    var (best, bestScore) = (0, 0.0)
    for shift in 0..<tail.count {
      var (product, left, right) = (0.0, 0.0, 0.0)
      for index in tail.indices {
        let (a, b) = (Double(tail[index]), Double(piece[shift + index]))
        product += a * b
        left += a * a
        right += b * b
      }
      let score = product / ((left * right).squareRoot() + 1e-8)
      if score > bestScore { (best, bestScore) = (shift, score) }
    }
    return best
  }
}
