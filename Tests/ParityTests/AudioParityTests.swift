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
    #expect(
      try worst(Level.add(values("synth0.noise_in"), to: input, snrDB: 15), values("synth0.noise_snr15")) < 1e-5)
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

  static let configurations: [(name: String, arguments: [String: String])] = [
    ("fbank_default", [:]),
    ("fbank_readme", ["sample_frequency": "16000", "num_mel_bins": "80"]),
    (
      "fbank_alt",
      [
        "sample_frequency": "16000", "num_mel_bins": "40", "window_type": "hamming", "low_freq": "50.0",
        "high_freq": "7600.0", "snip_edges": "false",
      ]
    ),
  ]

  @Test("Fbank, of synthetic and of real speech", arguments: ["frontend_synth", "frontend_real"])
  func fbank(_ file: String) throws {
    let tensors = try load(file)
    var compared = 0
    for (name, arguments) in Self.configurations {
      let fbank = Fbank(try FbankOptions(arguments: arguments))
      for (key, wave) in tensors where key.hasSuffix(".norm") {
        let clip = key.dropLast(".norm".count)
        guard let expected = tensors["\(clip).\(name)"] else { continue }
        let features = try fbank.compute(wave.values)
        #expect([features.frames, features.bins] == expected.shape)
        #expect(worst(features.meanRemoved().values, expected.values) < 1e-3, "\(clip).\(name)")
        compared += 1
      }
    }
    #expect(compared >= 4)
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
