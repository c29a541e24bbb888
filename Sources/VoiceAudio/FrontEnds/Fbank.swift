internal import CVoiceDSP

/// Kaldi's log mel filterbank energies (kaldi/src/feat/feature-fbank.cc; torchaudio.compliance.kaldi.fbank).
///
/// frame → minus its mean → pre-emphasis → window → |FFT|² → triangular mel filters → ln(max(·, ε)), ε = 2⁻²³.
package final class Fbank: AcousticFrontEnd {
  static let lanes = Int(VD_LANES)
  private static let epsilon: Float = 1.1920929e-07

  /// What it computes.
  package let options: FbankOptions
  private let window: [Float]
  private let filters: MelFilters
  private let spectrum: PowerSpectrum

  /// A filterbank; its tables are made here, once.
  package init(_ options: FbankOptions) {
    self.options = options
    window = options.window
    filters = MelFilters(kaldi: options)
    spectrum = PowerSpectrum(size: options.paddedWindowSize)
  }

  package var bins: Int { options.numMelBins }

  package func compute(_ samples: [Float]) throws(AudioError) -> Features {
    let (input, frames) = framed(samples)
    guard frames > 0 else {
      throw AudioError(
        .tooShort, "\(samples.count) samples do not fill a frame of \(options.windowSize): record more")
    }
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

  /// The samples that frames are cut from, and how many frames: 1 + (n - length) / shift, or, without snipped edges,
  /// (n + shift / 2) / shift with the ends mirrored.
  private func framed(_ samples: [Float]) -> ([Float], Int) {
    let (size, shift) = (options.windowSize, options.windowShift)
    if options.snipEdges { return (samples, samples.count < size ? 0 : 1 + (samples.count - size) / shift) }
    let frames = (samples.count + shift / 2) / shift
    guard frames > 0 else { return (samples, 0) }
    let before = size / 2 - shift / 2
    let needed = (frames - 1) * shift + size
    let padded = (0..<needed).map { index -> Float in
      var position = index - before
      // Mirrored as often as it takes: the clip may be shorter than half a frame.
      while position < 0 || position >= samples.count {
        position = position < 0 ? -position - 1 : 2 * samples.count - 1 - position
      }
      return samples[position]
    }
    return (padded, frames)
  }

  private func compute(_ source: UnsafePointer<Float>, _ frames: Int, _ target: UnsafeMutablePointer<Float>) {
    let (lanes, bins) = (Self.lanes, bins)
    let sizes = [spectrum.size * lanes, spectrum.bins * lanes, spectrum.scratchCount, bins * lanes]
    withUnsafeTemporaryAllocation(byteCount: sizes.reduce(0, +) * 4, alignment: 64) { memory in
      guard let base = memory.baseAddress?.bindMemory(to: Float.self, capacity: sizes.reduce(0, +)) else { return }
      let cut = base
      let power = cut + sizes[0]
      let scratch = power + sizes[1]
      let mel = scratch + sizes[2]
      withTables { framing, bank in
        for first in stride(from: 0, to: frames, by: lanes) {
          let count = min(lanes, frames - first)
          vd_frame(&framing, source + first * options.windowShift, Int32(count), cut)
          spectrum.compute(cut, power, scratch)
          if !options.usePower { vd_sqrt(power, spectrum.bins * lanes) }
          vd_filter(&bank, power, mel)
          if options.useLogFbank { vd_log(mel, bins * lanes, Self.epsilon) }
          vd_unlane(mel, Int32(bins), Int32(count), target + first * bins)
        }
      }
    }
  }

  private func withTables(_ body: (inout vd_framing, inout vd_filterbank) -> Void) {
    window.withUnsafeBufferPointer { window in
      filters.first.withUnsafeBufferPointer { first in
        filters.length.withUnsafeBufferPointer { length in
          filters.weights.withUnsafeBufferPointer { weights in
            var framing = vd_framing(
              length: Int32(options.windowSize), padded: Int32(options.paddedWindowSize),
              shift: Int32(options.windowShift), remove_dc: options.removeDCOffset ? 1 : 0,
              preemphasis: Float(options.preemphasisCoefficient), window: window.baseAddress)
            var bank = vd_filterbank(
              filters: Int32(bins), first: first.baseAddress, length: length.baseAddress, weights: weights.baseAddress)
            body(&framing, &bank)
          }
        }
      }
    }
  }
}
