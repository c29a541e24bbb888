internal import Synchronization
internal import VoiceAudio
internal import VoiceRecognition

/// The front-ends that were asked for, each with its tables made once. Bounded: the arguments come from outside.
final class ExtractorCache: Sendable {
  static let capacity = 32

  private let limits: AudioLimits
  private let known = Mutex<[FrontEnd: FeatureExtractor]>([:])

  init(limits: AudioLimits) { self.limits = limits }

  /// The extractor of a front-end; throws `invalidArgument` when its arguments are wrong.
  func extractor(for frontEnd: FrontEnd) throws(RecognitionError) -> FeatureExtractor {
    if let extractor = known.withLock({ $0[frontEnd] }) { return extractor }
    let made: FeatureExtractor
    do {
      made = try FeatureExtractor(FrontEndConfiguration(frontEnd), limits: limits)
    } catch {
      throw RecognitionError(frontEnd: error)
    }
    known.withLock { known in
      if known.count >= Self.capacity { known.removeAll() }
      known[frontEnd] = made
    }
    return made
  }
}
