internal import CVoiceDSP
internal import Glibc

/// Mel-frequency cepstral coefficients (torchaudio.transforms.MFCC): mel spectrum → 10 log10(max(·, 1e-10)), no less
/// than 80 dB below the utterance's maximum → cosine transform (DCT-II) of each frame.
package final class MFCC: AcousticFrontEnd {
  private static let topDB: Float = 80
  private static let logOffset: Float = 1e-6

  /// What it computes.
  package let options: MFCCOptions
  private let mel: MelSpectrogram
  private let kernels: SignalKernels
  /// The cosine transform, `[coefficients, mels]`.
  private let cosines: [Float]

  /// Cepstral coefficients; the tables are made here, once. Throws `badArgument` when the options do not fit together.
  package convenience init(_ options: MFCCOptions) throws(AudioError) { try self.init(options, .best) }

  init(_ options: MFCCOptions, _ kernels: SignalKernels) throws(AudioError) {
    try options.validate()
    self.options = options
    self.kernels = kernels
    mel = try MelSpectrogram(options.mel, kernels)
    let mels = options.mel.nMels
    cosines = (0..<options.nMFCC * mels).map { index in
      let (k, n) = (Double(index / mels), Double(index % mels))
      let scale = options.norm == .ortho ? ((k == 0 ? 1 : 2) / Double(mels)).squareRoot() : 2
      return Float(scale * cos(.pi / Double(mels) * (n + 0.5) * k))
    }
  }

  /// Bins of a frame.
  package var bins: Int { options.nMFCC }

  /// The mel spectrum is wider than what becomes of it.
  package var widestRow: Int { options.mel.nMels }

  /// As many as the spectrogram has.
  package func frames(of sampleCount: Int) -> Int { mel.frames(of: sampleCount) }

  /// Features of samples in [-1, 1]. Throws `tooShort` when they do not fill a frame.
  package func compute(_ samples: [Float]) throws(AudioError) -> Features {
    var features = try mel.compute(samples)
    if options.logMels {
      for index in features.values.indices { features.values[index] += Self.logOffset }
      kernels.table.pointee.log(&features.values, features.values.count, Self.logOffset, 1)
    } else {
      kernels.table.pointee.log(&features.values, features.values.count, 1e-10, Float(10 / log(10.0)))
      let floor = (features.values.max() ?? 0) - Self.topDB
      for index in features.values.indices { features.values[index] = max(floor, features.values[index]) }
    }
    return transformed(features)
  }

  /// The cosine transform of each frame.
  private func transformed(_ mels: Features) -> Features {
    var values = [Float](repeating: 0, count: mels.frames * bins)
    cosines.withUnsafeBufferPointer { cosines in
      mels.values.withUnsafeBufferPointer { input in
        values.withUnsafeMutableBufferPointer { output in
          guard let row = cosines.baseAddress, let source = input.baseAddress, let target = output.baseAddress else {
            return
          }
          for k in 0..<bins {
            kernels.table.pointee.dots(
              row + k * mels.bins, mels.bins, source, mels.bins, target + k, bins, mels.frames)
          }
        }
      }
    }
    return Features(values: values, frames: mels.frames, bins: bins)
  }
}
