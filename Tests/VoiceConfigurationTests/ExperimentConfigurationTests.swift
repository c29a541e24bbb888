import TestSupport
import Testing
import VoiceConfiguration

@Suite("mvector's experiment files")
struct ExperimentConfigurationTests {
  @Test("The CAM++ file of this package says what mvector 1.0 does")
  func camPlusPlus() throws {
    let file = try ExperimentConfiguration.load(file: PackagePaths.root + "/configs/cam++.yml")
    #expect(file.model.name == "CAMPPlus")
    #expect(file.model.arguments == ["embd_dim": .int(192)])
    #expect(file.preprocess.featureMethod == "Fbank")
    #expect(file.preprocess.methodArguments == ["sample_frequency": "16000", "num_mel_bins": "80"])
    #expect(file.dataset.evaluationMaxDuration == 20)
    #expect(file.dataset.loader.batchSize == 64)
    #expect(file.loss.arguments["margin"] == .double(0.2))
    #expect(file.optimizer.weightDecay == 1e-5)
    #expect(file.optimizer.schedulerArguments["warmup_epoch"] == .int(5))
    #expect(file.training.maxEpoch == 60)
  }

  @Test("The spelling of 1.1 is understood")
  func newSpelling() throws {
    let file = try ExperimentConfiguration.parse(
      """
      dataset_conf:
        dataset: {min_duration: 0.3, max_duration: 3, sample_rate: 8000, use_dB_normalization: true, target_dB: -18}
        sampler: {batch_size: 32, drop_last: false}
        dataLoader: {num_workers: 8}
        eval_conf: {batch_size: 8, max_duration: 10}
        train_list: a.txt
      model_conf:
        model: EcapaTdnn
        model_args: {embd_dim: 192, pooling_type: ASP, channels: [512, 1536]}
        classifier: {classifier_type: Cosine, num_speakers: 4, num_blocks: 0}
      loss_conf: {loss: AAMLoss, loss_args: {margin: 0.2, label_smoothing: 0.0}, use_margin_scheduler: true}
      optimizer_conf: {optimizer: SGD, optimizer_args: {lr: 0.01, weight_decay: 1e-5}, scheduler_args: null}
      """, file: "new.yml")
    #expect(file.model.name == "EcapaTdnn")
    #expect(file.model.arguments["channels"] == .list([.int(512), .int(1536)]))
    #expect(file.model.classifier.type == "Cosine")
    #expect(file.dataset.sampleRate == 8000)
    #expect(file.dataset.targetDB == -18)
    #expect(file.dataset.loader.batchSize == 32)
    #expect(file.dataset.loader.workerCount == 8)
    #expect(file.dataset.evaluationMaxDuration == 10)
    #expect(file.dataset.trainList == "a.txt")
    #expect(file.loss.arguments["label_smoothing"] == .double(0))
    #expect(file.optimizer.learningRate == 0.01)
  }

  @Test(
    "Files that mvector itself wrote run unchanged",
    .enabled(if: PackagePaths.shared != nil, "../shared is not at hand"),
    arguments: ["105", "111"])
  func written(version: String) throws {
    let path = try #require(PackagePaths.shared("golden/checkpoint_\(version)_EcapaTdnn_Fbank/config.yml"))
    let file = try ExperimentConfiguration.load(file: path)
    #expect(file.model.name == "EcapaTdnn")
    #expect(file.model.arguments["embd_dim"] == .int(24))
    #expect(file.dataset.loader.batchSize == 8)
    #expect(file.model.classifier.speakerCount == 4)
  }

  @Test("Unknown keys, wrong values and a missing network are told together")
  func problems() {
    let error = #expect(throws: ConfigurationError.self) {
      try ExperimentConfiguration.parse(
        """
        preprocess_conf:
          feature_methd: Fbank
          feature_method: Fank
        dataset_conf:
          eval_conf: {max_duration: -1}
          spec_aug_args: {freq_mask_width: [8, 0]}
        """, file: "e.yml")
    }
    #expect(
      error?.problems.map(\.key) == [
        "use_model", "preprocess_conf.feature_methd", "preprocess_conf.feature_method",
        "dataset_conf.eval_conf.max_duration", "dataset_conf.spec_aug_args.freq_mask_width",
      ])
  }
}
