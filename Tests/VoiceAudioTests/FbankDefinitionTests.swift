import Glibc
import Testing
import VoiceAudio

/// Kaldi's filterbank from its formulas, in double precision and one frame at a time.
private struct PlainFbank {
  var options: FbankOptions
  private var size: Int { Int(options.sampleFrequency * options.frameLength * 0.001) }
  private var shift: Int { Int(options.sampleFrequency * options.frameShift * 0.001) }

  func compute(_ samples: [Float]) -> [Double] {
    let count = options.snipEdges ? 1 + (samples.count - size) / shift : (samples.count + shift / 2) / shift
    return (0..<count).flatMap { row(frame($0, of: samples)) }
  }

  private func frame(_ index: Int, of samples: [Float]) -> [Double] {
    let start = index * shift - (options.snipEdges ? 0 : size / 2 - shift / 2)
    return (start..<start + size).map { position in
      let mirrored = position < 0 ? -1 - position : position
      return Double(samples[mirrored < samples.count ? mirrored : 2 * samples.count - 1 - mirrored])
    }
  }

  private func row(_ samples: [Double]) -> [Double] {
    let mean = options.removeDCOffset ? samples.reduce(0, +) / Double(size) : 0
    let centred = samples.map { $0 - mean }
    let emphasised = centred.indices.map { centred[$0] - options.preemphasisCoefficient * centred[max(0, $0 - 1)] }
    let weighted = emphasised.indices.map { emphasised[$0] * weight($0) }
    let energies = filtered(spectrum(weighted)).map { options.useLogFbank ? log(max($0, 0x1p-23)) : $0 }
    guard options.useEnergy else { return energies }
    let sum = (options.rawEnergy ? centred : weighted).reduce(0) { $0 + $1 * $1 }
    let energy = log(max(sum, max(0x1p-23, options.energyFloor)))
    return options.htkCompat ? energies + [energy] : [energy] + energies
  }

  private func weight(_ index: Int) -> Double {
    let turn = 2 * Double.pi * Double(index) / Double(size - 1)
    switch options.windowType {
    case .hanning: return 0.5 - 0.5 * cos(turn)
    case .hamming: return 0.54 - 0.46 * cos(turn)
    case .povey: return pow(0.5 - 0.5 * cos(turn), 0.85)
    case .rectangular: return 1
    case .blackman: return options.blackmanCoeff - 0.5 * cos(turn) + (0.5 - options.blackmanCoeff) * cos(2 * turn)
    }
  }

  private var padded: Int { options.roundToPowerOfTwo ? 1 << Int(ceil(log2(Double(size)))) : size }

  private func spectrum(_ frame: [Double]) -> [Double] {
    (0..<padded / 2).map { bin in
      var (re, im) = (0.0, 0.0)
      for (index, value) in frame.enumerated() {
        let turn = 2 * Double.pi * Double(bin * index % padded) / Double(padded)
        re += value * cos(turn)
        im += value * sin(turn)
      }
      let power = re * re + im * im
      return options.usePower ? power : power.squareRoot()
    }
  }

  private func filtered(_ spectrum: [Double]) -> [Double] {
    func mel(_ hertz: Double) -> Double { 1127 * log(1 + hertz / 700) }
    let nyquist = options.sampleFrequency / 2
    let low = mel(options.lowFreq)
    let high = mel(options.highFreq > 0 ? options.highFreq : nyquist + options.highFreq)
    let step = (high - low) / Double(options.numMelBins + 1)
    return (1...options.numMelBins).map { filter in
      spectrum.enumerated().reduce(0) { sum, bin in
        let hertz = options.sampleFrequency * Double(bin.offset) / Double(padded)
        let distance = abs(mel(hertz) - low - Double(filter) * step)
        return sum + bin.element * max(0, 1 - distance / step)
      }
    }
  }
}

@Suite("Filterbank by its definition")
struct FbankDefinitionTests {
  static let cases: [[String: String]] = [
    [:],
    ["num_mel_bins": "80"],
    ["window_type": "hanning", "snip_edges": "false"],
    ["window_type": "blackman", "blackman_coeff": "0.4", "preemphasis_coefficient": "0"],
    ["window_type": "rectangular", "remove_dc_offset": "false", "low_freq": "100", "high_freq": "-500"],
    ["window_type": "hamming", "round_to_power_of_two": "false", "frame_length": "32", "frame_shift": "12.5"],
    ["use_power": "false", "num_mel_bins": "40"],
    ["use_log_fbank": "false"],
    ["use_energy": "true", "energy_floor": "0"],
    ["use_energy": "true", "raw_energy": "false", "htk_compat": "true", "energy_floor": "0"],
    ["use_energy": "true"],
    ["sample_frequency": "8000"],
  ]

  @Test("Every option does what Kaldi's formulas say", arguments: cases)
  func definition(_ arguments: [String: String]) throws {
    let options = try FbankOptions(arguments: arguments)
    var random = SeededGenerator(7)
    let samples = zip(tone(700, seconds: 0.25), random.noise(4000)).map { $0 + $1 + 0.05 }
    let features = try Fbank(options).compute(samples)
    let expected = PlainFbank(options: options).compute(samples).map { Float($0) }
    #expect(features.frames * features.bins == expected.count)
    #expect(worst(features.values, expected) < 2e-4)
  }

  @Test("subtract_mean removes the mean of every bin")
  func subtractMean() throws {
    let plain = try Fbank(FbankOptions()).compute(tone())
    let subtracted = try Fbank(FbankOptions(arguments: ["subtract_mean": "true"])).compute(tone())
    #expect(subtracted == plain.meanRemoved() && subtracted != plain)
  }

  @Test("Dither fills digital silence, and is the same in every call")
  func dither() throws {
    let fbank = try Fbank(FbankOptions(arguments: ["dither": "0.001"]))
    let silence = [Float](repeating: 0, count: 8000)
    let features = try fbank.compute(silence)
    #expect(try features == fbank.compute(silence))
    let quiet = try Fbank(FbankOptions()).compute(silence)
    #expect(features.values.reduce(0, +) / Float(features.values.count) > quiet.values[0] + 2)
    // The energy of a frame of 400 samples with this deviation is 4e-4.
    let energies = try Fbank(
      FbankOptions(arguments: ["dither": "0.001", "use_energy": "true", "energy_floor": "0"])
    ).compute(silence)
    for frame in 0..<energies.frames { #expect(abs(energies.values[frame * energies.bins] - log(4e-4)) < 0.4) }
  }

  @Test("Options that do not fit together are refused by name")
  func geometry() {
    for (arguments, word) in [
      (["sample_frequency": "1000", "frame_shift": "0.5"], "frame_shift"),
      (["sample_frequency": "1000", "frame_length": "1"], "frame_length"),
      (["sample_frequency": "768000", "frame_length": "1000"], "frame_length"),
      (["frame_length": "25.07", "round_to_power_of_two": "false"], "round_to_power_of_two"),
      (["high_freq": "9000"], "high_freq"), (["vtln_warp": "1.1"], "vtln_warp"),
    ] {
      do {
        _ = try FbankOptions(arguments: arguments)
        Issue.record("took \(arguments)")
      } catch { #expect(error.code == .badArgument && error.message.contains(word), "\(error)") }
    }
  }

  @Test("min_duration leaves shorter clips without frames")
  func minDuration() throws {
    let fbank = try Fbank(FbankOptions(arguments: ["min_duration": "0.6"]))
    #expect(throws: AudioError.self) { try fbank.compute(tone(seconds: 0.5)) }
    #expect(try fbank.compute(tone(seconds: 0.7)).frames == 68)
  }
}
