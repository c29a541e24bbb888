internal import VoiceAudio
internal import VoiceConfiguration
internal import VoiceTensor

/// Blanks bands of bins and of frames (Park et al., "SpecAugment", Interspeech 2019), as mvector does.
enum SpecAugment {
  /// Features `[frames, bins]` with bands that are drawn from `random`.
  ///
  /// 1.0 draws the place of a band so that the widest of the batch would still fit; here each clip is drawn for
  /// itself, so that it does not depend on its neighbours.
  static func apply(
    _ masks: AugmentationConfiguration.Masks, to features: Features, _ random: inout RandomSource
  ) -> Features {
    var result = features
    switch masks {
    case .widths(let bins, let frames):
      result.blank(bins: random.band(bins, of: features.bins), with: 0)
      result.blank(frames: random.band(frames, of: features.frames), with: 0)
    case .ratios(let probability, let binRatio, let binCount, let frameRatio, let frameCount):
      guard random.happens(probability) else { return features }
      let mean = features.values.reduce(0.0) { $0 + Double($1) } / Double(max(1, features.values.count))
      for _ in 0..<binCount {
        result.blank(bins: random.share(binRatio, of: features.bins), with: Float(mean))
      }
      for _ in 0..<frameCount {
        result.blank(frames: random.share(frameRatio, of: features.frames), with: Float(mean))
      }
    }
    return result
  }
}

extension RandomSource {
  /// A band whose width is drawn from `widths`, at a place where it fits.
  fileprivate mutating func band(_ widths: Range<Int>, of size: Int) -> Range<Int> {
    let width = min(widths.lowerBound + below(widths.count), size)
    let start = below(max(1, size - width))
    return start..<start + width
  }

  /// A band of 1 to `ratio` · `size`, cut off at the end; empty when the share is less than one.
  fileprivate mutating func share(_ ratio: Double, of size: Int) -> Range<Int> {
    let most = Int(Double(size) * ratio)
    guard most >= 1 else { return 0..<0 }
    let start = below(size)
    return start..<min(start + 1 + below(most), size)
  }
}

extension Features {
  fileprivate mutating func blank(bins band: Range<Int>, with value: Float) {
    for frame in 0..<frames {
      for bin in band { values[frame * bins + bin] = value }
    }
  }

  fileprivate mutating func blank(frames band: Range<Int>, with value: Float) {
    for index in band.lowerBound * bins..<band.upperBound * bins { values[index] = value }
  }
}
