/// Mel spectrum (torchaudio.transforms.MelSpectrogram): the spectrogram through triangular filters. No logarithm.
package final class MelSpectrogram: AcousticFrontEnd {
  /// What it computes.
  package let options: MelSpectrogramOptions
  private let filters: MelFilters
  private let spectrogram: Spectrogram
  private let kernels: SignalKernels

  /// A mel spectrogram; its tables are made here, once. Throws `badArgument` when the options do not fit together.
  package convenience init(_ options: MelSpectrogramOptions) throws(AudioError) { try self.init(options, .best) }

  init(_ options: MelSpectrogramOptions, _ kernels: SignalKernels) throws(AudioError) {
    try options.validate("MelSpectrogram")
    self.options = options
    filters = MelFilters(torchaudio: options)
    self.kernels = kernels
    spectrogram = try Spectrogram(options.spectrogram, kernels)
  }

  /// Bins of a frame.
  package var bins: Int { options.nMels }

  /// As many as the spectrogram has.
  package func frames(of sampleCount: Int) -> Int { spectrogram.frames(of: sampleCount) }

  /// Features of samples in [-1, 1]. Throws `tooShort` when they do not fill a frame.
  package func compute(_ samples: [Float]) throws(AudioError) -> Features {
    try spectrogram.compute(samples, rows: bins) { block in filters.apply(block.power, into: block.output, kernels) }
  }
}
