import Foundation
import Testing
import TestSupport
import VoiceAudio
import VoiceTensor

/// Golden vectors of mvector 1.0.5 with torchaudio, resampy 0.4.3 and librosa; they lie beside the package, not in it.
private let golden = PackagePaths.shared("golden")

private func load(_ name: String) throws -> [String: StoredTensor] {
  try Safetensors(contentsOf: URL(filePath: "\(golden ?? "")/\(name).safetensors")).tensors
}

private func worst(_ a: [Float], _ b: [Float]) -> Float {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

@Suite("Audio equals mvector's", .enabled(if: golden != nil, "no golden vectors beside the package"))
struct AudioParityTests {
  @Test("Operations on segments")
  func operations() throws {
    let tensors = try load("audio_ops")
    func values(_ name: String) throws -> [Float] { try #require(tensors[name], "\(name)").values }
    let input = try values("synth0.in")
    #expect(try abs(Level.rmsDB(input) - Double(values("synth0.rms_db")[0])) < 1e-4)
    #expect(try worst(Level.apply(gainDB: -7.5, to: input), values("synth0.gain_-7.5dB")) < 1e-6)
    #expect(try worst(Level.normalise(input, targetDB: -20), values("synth0.norm_-20")) < 1e-6)
    #expect(try worst(SpeedChange.apply(rate: 0.9, to: input), values("synth0.speed_0.9")) < 1e-6)
    #expect(try worst(SpeedChange.apply(rate: 1.1, to: input), values("synth0.speed_1.1")) < 1e-6)
    #expect(try worst(VoiceActivity.trim(input), values("synth0.vad")) < 1e-5)
    let cropped = Cutting.crop(input, seconds: 1, sampleRate: 16_000).count
    #expect(try cropped == Int(values("synth0.crop1s_eval_len")[0]))
    #expect(
      try worst(NoiseMixing.add(values("synth0.noise_in"), to: input, snrDB: 15), values("synth0.noise_snr15")) < 1e-5)
  }

  @Test("Resampling, and the mean of channels")
  func resampling() throws {
    let tensors = try load("audio_ops")
    func values(_ name: String) throws -> [Float] { try #require(tensors[name], "\(name)").values }
    let up = try Resampler(from: 8000, to: 16_000).resample(values("mono8k_to16k.in"))
    #expect(try worst(up, values("mono8k_to16k.out")) < 2e-6)
    let down = try Resampler(from: 44_100, to: 16_000).resample(values("stereo44k.mono"))
    #expect(try worst(down, values("stereo44k.to16k")) < 2e-6)
    let interleaved = try values("stereo44k.in")
    let bytes = interleaved.withUnsafeBytes { Array($0) }
    let decoded = try bytes.withUnsafeBytes {
      try AudioDecoder.decode($0, encoding: .pcmF32LE(sampleRate: 44_100, channels: 2))
    }
    #expect(try worst(decoded.samples, values("stereo44k.mono")) < 1e-7)
  }

  static let configurations: [(name: String, method: String, arguments: [String: String])] = [
    ("fbank_default", "Fbank", [:]),
    ("fbank_readme", "Fbank", ["sample_frequency": "16000", "num_mel_bins": "80"]),
    (
      "fbank_alt", "Fbank",
      [
        "sample_frequency": "16000", "num_mel_bins": "40", "window_type": "hamming", "low_freq": "50.0",
        "high_freq": "7600.0", "snip_edges": "false",
      ]
    ),
    ("mel_default", "MelSpectrogram", [:]),
    (
      "mel_readme", "MelSpectrogram",
      [
        "sample_rate": "16000", "n_fft": "1024", "hop_length": "320", "win_length": "1024", "f_min": "50.0",
        "f_max": "14000.0", "n_mels": "64",
      ]
    ),
    ("spec_default", "Spectrogram", [:]),
    ("spec_512_400_160", "Spectrogram", ["n_fft": "512", "win_length": "400", "hop_length": "160"]),
    ("mfcc_default", "MFCC", [:]),
    (
      "mfcc_20", "MFCC",
      [
        "sample_rate": "16000", "n_mfcc": "20", "melkwargs.n_fft": "512", "melkwargs.win_length": "400",
        "melkwargs.hop_length": "160", "melkwargs.n_mels": "40",
      ]
    ),
  ]

  @Test(
    "Every front-end, of synthetic and of real speech", arguments: ["frontend_synth", "frontend_real"], configurations)
  func frontEnds(_ file: String, _ configuration: (name: String, method: String, arguments: [String: String])) throws {
    let (name, method, arguments) = configuration
    let tensors = try load(file)
    let frontEnd = try FrontEndConfiguration(featureMethod: method, methodArguments: arguments).makeFrontEnd()
    var compared = 0
    for (key, wave) in tensors where key.hasSuffix(".norm") {
      let clip = key.dropLast(".norm".count)
      guard let expected = tensors["\(clip).\(name)"] else { continue }
      let features = try frontEnd.compute(wave.values)
      #expect([features.frames, features.bins] == expected.shape)
      // Logarithms agree within 1e-3; powers, which have no bound, within the same share of the largest.
      let scale = method == "Fbank" ? 1 : expected.values.reduce(1) { max($0, abs($1)) } * 0.01
      #expect(worst(features.meanRemoved().values, expected.values) < 1e-3 * scale, "\(clip).\(name)")
      if let raw = tensors["\(clip).\(name).precmn"] {
        #expect(worst(features.values, raw.values) < 1e-3 * scale, "\(clip).\(name).precmn")
      }
      compared += 1
    }
    // Not every configuration is there of the real clips.
    #expect(compared >= (file == "frontend_synth" ? 1 : 0))
  }

  @Test("The mask of padded clips", arguments: ["fbank_readme": "Fbank", "mel_readme": "MelSpectrogram"])
  func lengthMask(_ name: String, _ method: String) throws {
    let tensors = try load("frontend_batch_mask")
    let expected = try #require(tensors[name])
    let (waves, ratios) = (try #require(tensors["wav_padded"]), try #require(tensors["ratio"]).values)
    let arguments = try #require(Self.configurations.first { $0.name == name }).arguments
    let frontEnd = try FrontEndConfiguration(featureMethod: method, methodArguments: arguments).makeFrontEnd()
    let (samples, values) = (waves.values.count / 2, expected.values.count / 2)
    for row in 0..<2 {
      let wave = Array(waves.values[row * samples..<(row + 1) * samples])
      let features = try frontEnd.compute(wave).meanRemoved().masked(lengthRatio: Double(ratios[row]))
      let target = Array(expected.values[row * values..<(row + 1) * values])
      #expect(worst(features.values, target) < 1e-3 * (target.map(abs).max() ?? 0) * 0.01 + 1e-3, "\(name)[\(row)]")
    }
  }

  @Test("The whole way from 16-bit samples to features")
  func pipeline() throws {
    let tensors = try load("frontend_synth")
    let samples = try #require(tensors["synth0.int16"]).values.map { $0 / 32768 }
    let extractor = try FeatureExtractor(.init(methodArguments: ["num_mel_bins": "80"]))
    let bytes = WAVWriter.int16(samples, sampleRate: 16_000)
    let extracted = try bytes.withUnsafeBytes { try extractor.extract($0) }
    #expect(try worst(extracted.features.values, #require(tensors["synth0.fbank_readme"]).values) < 1e-3)
  }
}
