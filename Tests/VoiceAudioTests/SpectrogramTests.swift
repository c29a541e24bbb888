import Glibc
import Testing
import VoiceAudio

@Suite("Spectrogram, mel spectrogram, MFCC")
struct SpectrogramTests {
  @Test("A sine's power is in its bin: a quarter of the square of the window's sum")
  func sineBin() throws {
    // 1000 Hz is bin 25 of 400 at 16 kHz; an amplitude of 1 has half of it at the positive frequency.
    let samples = (0..<16_000).map { Float(sine(2 * .pi * 1000 * Double($0) / 16_000)) }
    let features = try Spectrogram(SpectrogramOptions()).compute(samples)
    #expect(features.frames == 81 && features.bins == 201)
    let middle = Array(features.values[40 * 201..<41 * 201])
    #expect(middle.indices.max { middle[$0] < middle[$1] } == 25)
    #expect(abs(middle[25] / 10_000 - 1) < 1e-4)
    #expect(middle[40] < 1e-6)
  }

  @Test("Power, magnitude and normalisation scale as they say")
  func scales() throws {
    let samples = tone()
    func values(_ arguments: [String: String]) throws -> [Float] {
      try Spectrogram(SpectrogramOptions(arguments: arguments)).compute(samples).values
    }
    let power = try values([:])
    #expect(try worst(values(["power": "1"]), power.map { $0.squareRoot() }) < 1e-5)
    #expect(try worst(values(["power": "1.0"]), values(["power": "1"])) == 0)
    #expect(try worst(values(["power": "3"]).map { cbrt($0) }, power.map { $0.squareRoot() }) < 1e-3)
    let windowEnergy: Float = 150  // 3/8 of 400
    #expect(try worst(values(["normalized": "true"]), power.map { $0 / windowEnergy }) < 1e-5)
    #expect(try worst(values(["normalized": "frame_length"]), power.map { $0 / 400 }) < 1e-5)
    #expect(try worst(values(["normalized": "False"]), power) == 0)
  }

  @Test("Centring and padding give the frames of torch.stft")
  func frames() throws {
    func frames(_ arguments: [String: String], _ count: Int) throws -> Int {
      try Spectrogram(SpectrogramOptions(arguments: arguments)).frames(of: count)
    }
    #expect(try frames([:], 16_000) == 81)
    #expect(try frames(["center": "false"], 16_000) == 79)
    #expect(try frames(["center": "false"], 399) == 0)
    #expect(try frames([:], 200) == 0)  // the mirrored end would need 201 samples
    #expect(try frames([:], 201) == 2)
    #expect(try frames(["pad_mode": "constant"], 1) == 1)
    #expect(try frames(["pad": "100"], 16_000) == 82)
    #expect(try frames(["n_fft": "401", "win_length": "400"], 16_000) == 80)
  }

  @Test("What lies beyond the ends", arguments: SpectrogramOptions.PadMode.allCases)
  func padModes(_ mode: SpectrogramOptions.PadMode) throws {
    let samples = tone(seconds: 0.1)
    let half = 200
    let before: [Float] =
      switch mode {
      case .reflect: samples[1...half].reversed()
      case .replicate: .init(repeating: samples[0], count: half)
      case .constant: .init(repeating: 0, count: half)
      case .circular: Array(samples.suffix(half))
      }
    let centred = try Spectrogram(SpectrogramOptions(arguments: ["pad_mode": mode.rawValue])).compute(samples)
    let plain = try Spectrogram(SpectrogramOptions(arguments: ["center": "false"])).compute(before + samples)
    #expect(worst(Array(centred.values[..<(3 * 201)]), Array(plain.values[..<(3 * 201)])) == 0)
  }

  @Test("A mel filter above the Nyquist frequency is empty, and slaney's filters have equal areas")
  func melFilters() throws {
    var random = SeededGenerator(3)
    let noise = random.noise(16_000)
    let high = try MelSpectrogram(MelSpectrogramOptions(arguments: ["f_max": "16000", "n_mels": "40"]))
    let features = try high.compute(noise)
    #expect((0..<features.frames).allSatisfy { features.values[$0 * 40 + 39] == 0 })
    #expect((0..<features.frames).allSatisfy { features.values[$0 * 40 + 10] > 0 })
    let equal = try MelSpectrogram(
      MelSpectrogramOptions(
        arguments: ["norm": "slaney", "mel_scale": "slaney", "n_mels": "20", "n_fft": "2048", "hop_length": "512"])
    ).compute(noise)
    let means = (0..<20).map { bin in
      (0..<equal.frames).reduce(Float(0)) { $0 + equal.values[$1 * 20 + bin] } / Float(equal.frames)
    }
    // White noise has the same power everywhere.
    #expect(try #require(means.max()) < 2 * #require(means.min()))
  }

  @Test("The cosine transform keeps energy when it is orthogonal, and the floor is 80 dB below the maximum")
  func cepstrum() throws {
    let all = ["n_mfcc": "40", "melkwargs.n_mels": "40"]
    let mfcc = try MFCC(MFCCOptions(arguments: all)).compute(tone())
    let mel = try MelSpectrogram(MelSpectrogramOptions(arguments: ["n_mels": "40"])).compute(tone())
    let decibels = mel.values.map { 10 * log10(max($0, 1e-10)) }
    let floor = try #require(decibels.max()) - 80
    for frame in [0, 40, 80] {
      let energy = (0..<40).reduce(Float(0)) { $0 + pow(max(floor, decibels[frame * 40 + $1]), 2) }
      let transformed = (0..<40).reduce(Float(0)) { $0 + pow(mfcc.values[frame * 40 + $1], 2) }
      #expect(abs(transformed / energy - 1) < 1e-4)
    }
    let natural = try MFCC(MFCCOptions(arguments: all.merging(["log_mels": "true", "norm": "null"]) { $1 }))
    let first = try natural.compute(tone()).values[0]
    let sum = mel.values[..<40].reduce(0) { $0 + log($1 + 1e-6) }
    #expect(abs(first - 2 * sum) < 1e-3 * abs(sum))
  }

  @Test("Unknown and wrong arguments are named, with those that are known")
  func arguments() {
    let cases: [(String, [String: String], String)] = [
      ("MelSpectrogram", ["num_mel_bins": "80"], "n_mels"), ("MelSpectrogram", ["f_max": "10", "f_min": "20"], "f_max"),
      ("MelSpectrogram", ["n_mels": "0"], "n_mels"), ("Spectrogram", ["win_length": "512"], "win_length"),
      ("Spectrogram", ["onesided": "false"], "onesided"), ("Spectrogram", ["n_mels": "80"], "hop_length"),
      ("MFCC", ["n_mfcc": "200"], "n_mfcc"), ("MFCC", ["n_mels": "20"], "melkwargs.n_mels"),
      ("MFCC", ["dct_type": "3"], "dct_type"), ("Wavelets", [:], "MelSpectrogram"),
    ]
    for (method, arguments, word) in cases {
      do {
        _ = try FrontEndConfiguration(featureMethod: method, methodArguments: arguments).makeFrontEnd()
        Issue.record("took \(method) \(arguments)")
      } catch { #expect(error.code == .badArgument && error.message.contains(word), "\(error)") }
    }
  }
}
