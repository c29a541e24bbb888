/// Parts of a clip, and clips one after another.
package enum Cutting {
  /// The samples from `start` to `end`, s, each rounded to the nearest sample, halves to even.
  ///
  /// Throws `badArgument` when they do not lie in the clip in this order.
  package static func subsegment(
    _ samples: [Float], from start: Double, to end: Double, sampleRate: Int
  ) throws(AudioError) -> [Float] {
    let duration = Double(samples.count) / Double(sampleRate)
    guard start >= 0, start <= end, end <= duration else {
      throw AudioError(.badArgument, "\(start) s to \(end) s is no part of a clip of \(duration) s")
    }
    let first = Int((start * Double(sampleRate)).rounded(.toNearestOrEven))
    let last = Int((end * Double(sampleRate)).rounded(.toNearestOrEven))
    return Array(samples[min(first, samples.count)..<min(max(first, last), samples.count)])
  }

  /// A part of `seconds` s that begins at a random time. Throws `badArgument` when the clip is shorter.
  package static func randomSubsegment(
    _ samples: [Float], seconds: Double, sampleRate: Int, using generator: inout some RandomNumberGenerator
  ) throws(AudioError) -> [Float] {
    let slack = Double(samples.count) / Double(sampleRate) - seconds
    let start = slack > 0 ? Double.random(in: 0..<slack, using: &generator) : 0
    return try subsegment(samples, from: start, to: start + seconds, sampleRate: sampleRate)
  }

  /// The first `seconds` s of a clip, or all of one that is no longer.
  package static func crop(_ samples: [Float], seconds: Double, sampleRate: Int) -> [Float] {
    let length = Int((max(0, seconds) * Double(sampleRate)).rounded(.toNearestOrEven))
    return length < samples.count ? Array(samples[..<length]) : samples
  }

  /// `seconds` s of a clip from a random time on, or all of one that is no longer.
  package static func crop(
    _ samples: [Float], seconds: Double, sampleRate: Int, using generator: inout some RandomNumberGenerator
  ) throws(AudioError) -> [Float] {
    if Double(samples.count) <= seconds * Double(sampleRate) { return samples }
    return try randomSubsegment(samples, seconds: seconds, sampleRate: sampleRate, using: &generator)
  }

  /// Clips one after another at the rate of the first. Throws `empty` when there are none.
  package static func join(_ clips: [DecodedAudio]) throws(AudioError) -> DecodedAudio {
    guard var joined = clips.first else { throw AudioError(.empty, "there are no clips to join") }
    for clip in clips.dropFirst() {
      joined.samples += try Resampler(from: clip.sampleRate, to: joined.sampleRate).resample(clip.samples)
      joined.channels = max(joined.channels, clip.channels)
    }
    return joined
  }
}
