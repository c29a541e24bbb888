import TestSupport
import Testing
import VoiceConfiguration

@testable import VoiceTraining

@Suite("Arguments of front-ends and networks")
struct ArgumentChecksTests {
  private func problems(_ text: String) throws -> [ConfigurationError.Problem] {
    let folder = try TemporaryFolder()
    let file = try folder.write(text.utf8, to: "e.yml")
    do {
      _ = try ExperimentConfiguration.loadChecked(file: file)
      return []
    } catch { return error.problems }
  }

  @Test("All that is wrong is told at once, each with its line")
  func allAtOnce() throws {
    let problems = try problems(
      """
      preprocess_conf:
        feature_method: Fbank
        method_args:
          low_freq: a
          n_mels: 64
          num_mel_bins: 40
      model_conf:
        backbone:
          chanels: 512
          embd_dim: [1]
          growth_rate: 0
      train_conf: {max_epoch: sixty}
      use_model: CAMPPlus
      """)
    #expect(problems.map(\.line) == [4, 5, 9, 10, 11, 12])
    #expect(
      problems.map(\.key) == [
        "preprocess_conf.method_args.low_freq", "preprocess_conf.method_args.n_mels", "model_conf.backbone.chanels",
        "model_conf.backbone.embd_dim", "model_conf.backbone.growth_rate", "train_conf.max_epoch",
      ])
  }

  @Test("1.1's spelling has its own places, and a network that there is not is told at its name")
  func secondGeneration() throws {
    let wrong = try problems("model_conf:\n  model: TDNN\n  model_args:\n    pooling_type: MAX\n")
    #expect(wrong.map(\.key) == ["model_conf.model_args.pooling_type"] && wrong.first?.line == 4)
    let unknown = try problems("model_conf:\n  model: CAM++\n")
    #expect(unknown.map(\.key) == ["model_conf.model"] && unknown.first?.message.contains("CAMPPlus") == true)
    #expect(try problems("use_model: TDNN\n").isEmpty)
  }

  @Test("Arguments inside of arguments have their lines too")
  func nested() throws {
    let wrong = try problems(
      "use_model: TDNN\npreprocess_conf:\n  feature_method: MFCC\n  method_args:\n    melkwargs:\n      n_mells: 3\n")
    #expect(wrong.map(\.key) == ["preprocess_conf.method_args.melkwargs.n_mells"] && wrong.first?.line == 6)
  }
}
