/// A front-end: samples at its rate in, features out. Immutable, so that one serves several threads.
package protocol AcousticFrontEnd: Sendable {
  /// Bins of a frame.
  var bins: Int { get }
  /// Most values of a frame that it holds for a whole clip, on the way or at the end.
  var widestRow: Int { get }
  /// Frames that this many samples give; 0 or less when they do not fill one.
  func frames(of sampleCount: Int) -> Int
  /// Features of samples in [-1, 1], before the mean is removed. Throws `tooShort` when they do not fill a frame.
  func compute(_ samples: [Float]) throws(AudioError) -> Features
}

extension AcousticFrontEnd {
  /// The bins.
  package var widestRow: Int { bins }

  /// The frames of samples, at least one. Throws `tooShort`.
  func framesOrError(of sampleCount: Int) throws(AudioError) -> Int {
    let count = frames(of: sampleCount)
    if count > 0 { return count }
    throw AudioError(.tooShort, "\(sampleCount) samples do not fill a frame: record more")
  }
}
