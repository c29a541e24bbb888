import TestSupport
import Testing
import VoiceAudio
import VoiceConfiguration
import VoiceTensor

@testable import VoiceTraining

@Suite("Reading batches ahead")
struct BatchLoaderTests {
  private let folder: TemporaryFolder
  private let list: SpeakerList

  /// Twelve clips of three speakers, of different lengths; one is too short and one no audio.
  init() throws {
    folder = try TemporaryFolder()
    var clips: [SpeakerList.Clip] = []
    for index in 0..<12 {
      let path = "clip\(index).wav"
      let samples = index == 5 ? 1000 : 12_000 + 2000 * index
      var random = RandomSource(seed: UInt64(index))
      let noise = (0..<samples).map { _ in random.uniform() - 0.5 }
      let bytes = index == 7 ? Array("no audio".utf8) : WAVWriter.int16(noise, sampleRate: 16_000)
      _ = try folder.write(bytes, to: path)
      clips.append(.init(path: path, speaker: index % 3))
    }
    let buzz = (0..<32_000).map { Float($0 % 50) / 60 }
    _ = try folder.write(WAVWriter.int16(buzz, sampleRate: 8000), to: "noise/n.wav")
    list = try SpeakerList(file: "list", clips: clips)
  }

  private func reader(_ augmentation: String) throws -> TrainingReader {
    let experiment = try ExperimentConfiguration.parse(
      "use_model: TDNN\ndataset_conf: {max_duration: 1}\npreprocess_conf: {method_args: {num_mel_bins: 20}}", file: "e")
    return try TrainingReader(
      experiment, augmentation: AugmentationConfiguration.parse(augmentation, file: "a"), root: folder.path,
      speakerCount: 3)
  }

  private func batches(
    _ augmentation: String, threads: Int, first: Int = 0, prefetch: Int = 2
  ) async throws -> [Batch] {
    let plan = SamplingPlan(clips: list.clips.count, batchSize: 3, dropLast: false, seed: 1, epoch: 1)
    let loader = BatchLoader(
      plan: plan, list: list, reader: try reader(augmentation), seed: 9, threads: threads, prefetch: prefetch,
      first: first)
    // The loader makes its caller wait: on a thread, not in the pool of tasks.
    let batches = try await onThread {
      var batches: [Batch] = []
      while let batch = try loader.next() { batches.append(batch) }
      return batches
    }
    await loader.close()
    #expect(first > 0 || loader.replaced.count == 2)
    return batches
  }

  private static let everything = """
    speed: {prob: 1, speed_perturb_3_class: yes}
    volume: {prob: 0.5}
    noise: {prob: 0.5, noise_dir: noise}
    reverb: {prob: 0.5, reverb_dir: noise}
    spec_aug: {prob: 0.5, freq_mask_ratio: 0.2, n_freq_masks: 2}
    """

  @Test("The number of threads changes no bit, and a later start gives the same rest")
  func reproducible() async throws {
    let one = try await batches(Self.everything, threads: 1, prefetch: 1)
    let three = try await batches(Self.everything, threads: 3, prefetch: 4)
    let rest = try await batches(Self.everything, threads: 2, first: 2)
    #expect(one.count == 4 && one.map(\.features) == three.map(\.features) && one.map(\.labels) == three.map(\.labels))
    #expect(rest.map(\.features) == one.dropFirst(2).map(\.features))
    #expect(Set(one.flatMap(\.labels)).isSubset(of: 0..<9) && one.flatMap(\.labels).contains { $0 >= 3 })
  }

  @Test("Shorter clips end in zeros, long ones are cropped, unusable ones are replaced by the next")
  func shapes() async throws {
    let batches = try await batches("{}", threads: 2)
    for batch in batches {
      #expect(batch.features.shape == [3, 98, 20] || batch.features.shape[1] < 98)
      #expect(!batch.files.contains("clip5.wav") && !batch.files.contains("clip7.wav"))
      for (label, file) in zip(batch.labels, batch.files) {
        #expect(list.clips.first { $0.path == file }?.speaker == label)
      }
    }
    #expect(batches.flatMap(\.files).count { $0 == "clip6.wav" } == 2)
  }

  @Test("A list of which nothing can be read ends with the reason, not in a loop")
  func nothing() async throws {
    let list = try SpeakerList(
      file: "l", clips: [.init(path: "gone.wav", speaker: 0), .init(path: "clip7.wav", speaker: 1)])
    let loader = BatchLoader(
      plan: SamplingPlan(clips: 2, batchSize: 2, dropLast: true, seed: 0, epoch: 0), list: list,
      reader: try reader("{}"), seed: 0, threads: 2)
    let error = await #expect(throws: TrainingError.self) { try await onThread { try loader.next() } }
    #expect(error?.message.contains("none of 2 clips can be read") == true)
    await loader.close()
  }

  @Test("A loader that nobody empties can be closed")
  func abandoned() async throws {
    let loader = BatchLoader(
      plan: SamplingPlan(clips: 12, batchSize: 2, dropLast: true, seed: 0, epoch: 0), list: list,
      reader: try reader("{}"), seed: 0, threads: 2, prefetch: 1)
    await loader.close()
  }

  @Test("Missing folders of sounds are told")
  func warnings() throws {
    let reader = try reader("{noise: {noise_dir: gone}, reverb: {prob: 0, reverb_dir: gone}}")
    #expect(reader.warnings == ["no noise is added: the folder gone holds no audio"])
  }
}
