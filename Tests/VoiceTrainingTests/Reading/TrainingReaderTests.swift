import TestSupport
import Testing
import VoiceAudio
import VoiceConfiguration
import VoiceTensor

@testable import VoiceTraining

@Suite("Reading a clip for training")
struct TrainingReaderTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var random = RandomSource(seed: 1)
    let noise = (0..<48_000).map { _ in random.uniform() - 0.5 }
    _ = try folder.write(WAVWriter.float32(noise, sampleRate: 16_000), to: "a.wav")
    let features = StoredTensor(shape: [200, 20], values: (0..<4000).map(Float.init))
    _ = try folder.write(NumpyFile.bytes(features), to: "a.npy")
    let others = StoredTensor(shape: [10, 7], values: .init(repeating: 0, count: 70))
    _ = try folder.write(NumpyFile.bytes(others), to: "b.npy")
  }

  private func reader(_ augmentation: AugmentationConfiguration = .none) throws -> TrainingReader {
    let experiment = try ExperimentConfiguration.parse(
      "use_model: TDNN\ndataset_conf: {max_duration: 1}\npreprocess_conf: {method_args: {num_mel_bins: 20}}",
      file: "e")
    return try TrainingReader(experiment, augmentation: augmentation, root: folder.path, speakerCount: 4)
  }

  @Test("Seeds decide the crop, and nothing else does")
  func crop() throws {
    let reader = try reader()
    let clip = SpeakerList.Clip(path: "a.wav", speaker: 2)
    let examples = try [1, 1, 2].map { try reader.read(clip, seed: $0) }
    #expect(examples[0].features == examples[1].features && examples[0].features != examples[2].features)
    #expect(examples.allSatisfy { $0.frames == 98 && $0.label == 2 && $0.features.count == 98 * 20 })
  }

  @Test("Stored features are cropped to what the longest clip would give")
  func stored() throws {
    let reader = try reader()
    let firsts = try (0..<20).map { try reader.read(.init(path: "a.npy", speaker: 0), seed: $0) }
    #expect(firsts.allSatisfy { $0.frames == 98 && Int($0.features[0]).isMultiple(of: 20) })
    #expect(Set(firsts.map { $0.features[0] }).count > 10)
    let error = #expect(throws: TrainingError.self) { try reader.read(.init(path: "b.npy", speaker: 0), seed: 0) }
    #expect(error?.message.contains("[10, 7], not [frames, 20]") == true)
  }

  @Test("A telephone line takes what is above 4 kHz away; the seed decides what the line is like")
  func telephone() throws {
    let augmentation = try AugmentationConfiguration.parse("telephone: {prob: 1, codes: [a-law, mu-law]}", file: "a")
    let clip = SpeakerList.Clip(path: "a.wav", speaker: 0)
    let (plain, called) = (try reader().read(clip, seed: 3), try reader(augmentation).read(clip, seed: 3))
    #expect(try called.features == reader(augmentation).read(clip, seed: 3).features)
    #expect(try called.features != reader(augmentation).read(clip, seed: 4).features)
    // The mean of each bin is taken off, so a bin that carries nothing is flat.
    func spread(_ example: TrainingReader.Example, bin: Int) -> Float {
      stride(from: bin, to: 98 * 20, by: 20).reduce(0) { max($0, abs(example.features[$1])) }
    }
    #expect(called.frames == plain.frames)
    #expect(spread(called, bin: 19) != spread(plain, bin: 19))
  }

  @Test("The codes that a configuration may name are those there are")
  func telephoneCodes() {
    #expect(AugmentationConfiguration.Telephone.knownCodes == TelephoneCode.allCases.map(\.rawValue))
  }

  @Test("Bands of 1.0 become 0, bands of 1.1 the mean")
  func masks() {
    let features = Features(values: (0..<800).map { Float($0 + 1) }, frames: 40, bins: 20)
    var random = RandomSource(seed: 4)
    var blanked = 0
    for _ in 0..<50 {
      let masked = SpecAugment.apply(.widths(bins: 3..<4, frames: 0..<10), to: features, &random)
      let zeroBins = (0..<20).filter { bin in (0..<40).allSatisfy { masked.values[$0 * 20 + bin] == 0 } }
      #expect(zeroBins.count == 3 && zeroBins.last! - zeroBins.first! == 2)
      blanked += (0..<40).count { frame in (0..<20).allSatisfy { masked.values[frame * 20 + $0] == 0 } }
    }
    #expect((100...350).contains(blanked), "on average 4.5 frames of 40")
    let mean = SpecAugment.apply(
      .ratios(probability: 1, binRatio: 0.2, binCount: 1, frameRatio: 0, frameCount: 1), to: features, &random)
    let changed = zip(mean.values, features.values).filter { $0 != $1 }
    #expect(changed.allSatisfy { abs($0.0 - 400.5) < 1e-3 } && (40...160).contains(changed.count))
  }
}
