internal import CVoiceDSP

/// Kaldi's log mel filterbank energies (kaldi/src/feat/feature-fbank.cc; torchaudio.compliance.kaldi.fbank).
///
/// frame → minus its mean → pre-emphasis → window → |FFT|² → triangular mel filters → ln(max(·, ε)), ε = 2⁻²³.
package final class Fbank: AcousticFrontEnd {
  private static let epsilon: Float = 1.1920929e-07

  /// What it computes.
  package let options: FbankOptions
  private let window: [Float]
  private let filters: MelFilters
  private let spectra: FrameSpectra

  /// A filterbank; its tables are made here, once. Throws `badArgument` when the options do not fit together.
  package convenience init(_ options: FbankOptions) throws(AudioError) { try self.init(options, .best) }

  init(_ options: FbankOptions, _ kernels: SignalKernels) throws(AudioError) {
    try options.validate()
    self.options = options
    window = options.window
    filters = MelFilters(kaldi: options)
    spectra = FrameSpectra(
      length: options.windowSize, shift: options.windowShift, size: options.paddedWindowSize, kernels: kernels)
  }

  private var lanes: Int { spectra.lanes }
  private var kernels: vd_kernels { spectra.kernels.table.pointee }

  /// Bins of a frame.
  package var bins: Int { options.numMelBins + (options.useEnergy ? 1 : 0) }

  /// 1 + (n - length) / shift, or, without snipped edges, (n + shift / 2) / shift.
  package func frames(of sampleCount: Int) -> Int {
    let (size, shift) = (options.windowSize, options.windowShift)
    if sampleCount < 1 || Double(sampleCount) < options.minDuration * options.sampleFrequency { return 0 }
    if options.snipEdges { return sampleCount < size ? 0 : 1 + (sampleCount - size) / shift }
    return (sampleCount + shift / 2) / shift
  }

  /// Features of samples in [-1, 1]. Throws `tooShort` when they do not fill a frame.
  package func compute(_ samples: [Float]) throws(AudioError) -> Features {
    let frames = try framesOrError(of: samples.count)
    let input = options.snipEdges ? samples : mirrored(samples, frames)
    var values = [Float](repeating: 0, count: frames * bins)
    input.withUnsafeBufferPointer { input in
      values.withUnsafeMutableBufferPointer { output in
        guard let source = input.baseAddress, let target = output.baseAddress else { return }
        compute(source, frames, target)
      }
    }
    let features = Features(values: values, frames: frames, bins: bins)
    return options.subtractMean ? features.meanRemoved() : features
  }

  /// The samples that frames are cut from when these are centred and the ends mirrored.
  private func mirrored(_ samples: [Float], _ frames: Int) -> [Float] {
    let before = options.windowSize / 2 - options.windowShift / 2
    return (0..<(frames - 1) * options.windowShift + options.windowSize).map { index in
      var position = index - before
      // Mirrored as often as it takes: the clip may be shorter than half a frame.
      while position < 0 || position >= samples.count {
        position = position < 0 ? -position - 1 : 2 * samples.count - 1 - position
      }
      return samples[position]
    }
  }

  private func compute(_ source: UnsafePointer<Float>, _ frames: Int, _ target: UnsafeMutablePointer<Float>) {
    var dither = options.dither > 0 ? DitherNoise(level: Float(options.dither)) : nil
    withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes) { energies in
      guard let energy = energies.baseAddress else { return }
      spectra.forEachBlock(of: source, frames: frames, rows: options.numMelBins) { block in
        dither?.add(to: block.samples, count: spectra.length * lanes)
        weight(block, energy)
      } finish: { block in
        finish(block, energy, target + block.first * bins)
      }
    }
  }

  private func weight(_ block: FrameBlock, _ energy: UnsafeMutablePointer<Float>) {
    if options.removeDCOffset { kernels.remove_mean(block.samples, spectra.length) }
    if options.useEnergy && options.rawEnergy { kernels.energy(block.samples, spectra.length, energy) }
    if options.preemphasisCoefficient != 0 {
      kernels.preemphasise(block.samples, spectra.length, Float(options.preemphasisCoefficient))
    }
    kernels.weight(block.samples, spectra.length, spectra.size, window)
    if options.useEnergy && !options.rawEnergy { kernels.energy(block.samples, spectra.length, energy) }
  }

  private func finish(_ block: FrameBlock, _ energy: UnsafeMutablePointer<Float>, _ rows: UnsafeMutablePointer<Float>) {
    if !options.usePower { kernels.power(block.power, spectra.bins * lanes, 0.5, 1) }
    filters.apply(block.power, into: block.output, spectra.kernels)
    if options.useLogFbank { kernels.log(block.output, options.numMelBins * lanes, Self.epsilon, 1) }
    let energyFirst = options.useEnergy && !options.htkCompat
    kernels.unlane(block.output, options.numMelBins, Int32(block.count), rows + (energyFirst ? 1 : 0), bins)
    guard options.useEnergy else { return }
    kernels.log(energy, lanes, max(Self.epsilon, Float(options.energyFloor)), 1)
    kernels.unlane(energy, 1, Int32(block.count), rows + (energyFirst ? 0 : options.numMelBins), bins)
  }
}
