import TestSupport
import Testing
@testable import VoiceConfiguration

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
    #expect(file.loss.kind == .additiveAngularMargin(isEasy: false) && file.loss.margin == 0.2 && file.loss.scale == 32)
    #expect(file.loss.marginScheduler?.final == 0.3 && file.loss.marginScheduler?.startEpoch == nil)
    #expect(file.optimizer.weightDecay == 1e-5)
    #expect(
      file.optimizer.scheduler == .warmupCosine(minimum: 1e-5, maximum: 1e-3, warmupEpochs: 5, fixEpoch: nil))
    #expect(file.training.maxEpoch == 60)
  }

  @Test("What is done to training clips is the same thing in both spellings")
  func augmentation() throws {
    let old = try ExperimentConfiguration.load(file: PackagePaths.root + "/configs/cam++.yml").dataset.augmentation
    #expect(old.speed == .init(probability: 1, makesSpeakers: false) && old.classesPerSpeaker == 1)
    #expect(old.volume == nil && old.reverb == nil)
    #expect(old.noise == .init(probability: 0.2, folder: "dataset/noise", snrDB: 10...50, isLevelOfPart: false))
    #expect(old.masks == .widths(bins: 0..<8, frames: 0..<10))
    let new = try AugmentationConfiguration.load(file: PackagePaths.root + "/configs/augmentation.yml")
    #expect(old.telephone == nil && new.telephone == .init(probability: 0, codes: ["mu-law", "a-law", "gsm"]))
    #expect(new.speed == .init(probability: 1, makesSpeakers: false))
    #expect(new.volume == .init(probability: 0, gainDB: -15...15))
    #expect(new.noise == .init(probability: 0.5, folder: "dataset/noise", snrDB: 10...50, isLevelOfPart: true))
    #expect(new.reverb == .init(probability: 0.5, folder: "dataset/reverb"))
    #expect(
      new.masks == .ratios(probability: 0.5, binRatio: 0.1, binCount: 1, frameRatio: 0.05, frameCount: 1))
    let three = try AugmentationConfiguration.parse("speed: {speed_perturb_3_class: yes}", file: "a.yml")
    #expect(three.classesPerSpeaker == 3)
  }

  @Test("Wrong keys and ranges of an augmentation file are told together")
  func augmentationProblems() {
    let error = #expect(throws: ConfigurationError.self) {
      try AugmentationConfiguration.parse(
        """
        speed: {prob: 2}
        noise: {min_snr_dB: 20, max_snr_dB: 10}
        telephone: {codes: [gsm, morse]}
        spec_aug: {max_time_warp: 5, freq_masks: 1}
        echo: {}
        """, file: "a.yml")
    }
    #expect(
      error?.problems.map(\.key) == [
        "speed.prob", "noise.noise_dir", "noise.max_snr_dB", "telephone.codes", "spec_aug.max_time_warp",
        "spec_aug.freq_masks", "echo",
      ])
  }

  @Test("Every loss and schedule takes its own arguments, and tells the lines of others'")
  func lossesAndSchedules() throws {
    func parse(_ loss: String, _ optimizer: String = "{}", model: String = "use_model: TDNN") throws
      -> ExperimentConfiguration
    {
      try ExperimentConfiguration.parse("\(model)\nloss_conf: \(loss)\noptimizer_conf: \(optimizer)", file: "e.yml")
    }
    let triplet = try parse("{use_loss: TripletAngularMarginLoss, args: {add_absolute: no, margin: 0.3}}").loss
    #expect(triplet.kind == .triplet(normalizesFeatures: true, absoluteWeight: 0, ownAtLeast: 0.8, othersAtMost: 0.4))
    #expect(triplet.margin == 0.3 && triplet.labelSmoothing == 0.1)
    let sphere = try parse("{use_loss: SphereFace2, args: {margin_type: A, lanbuda: 0.6, t: 2}}").loss
    #expect(sphere.kind == .sphereFace2(marginType: .angle, balance: 0.6, exponent: 2) && sphere.margin == 0.2)
    let step = try parse("{use_loss: AMLoss}", "{scheduler: StepLR, scheduler_args: {step_size: 7}}")
    #expect(step.loss.margin == 0.3 && step.optimizer.scheduler == .step(period: 7, factor: 0.1))
    func problems(_ loss: String, _ optimizer: String = "{}", model: String = "use_model: TDNN") -> [String] {
      let error = #expect(throws: ConfigurationError.self) { try parse(loss, optimizer, model: model) }
      return error?.problems.map { "\($0.line) \($0.key)" } ?? []
    }
    #expect(problems("{use_loss: CELoss, args: {margin: 0.2}}") == ["2 loss_conf.args.margin"])
    #expect(problems("{use_loss: AMLoss, args: {easy_margin: no}}") == ["2 loss_conf.args.easy_margin"])
    #expect(problems("{use_loss: Arc}") == ["2 loss_conf.use_loss"])
    #expect(
      problems("{}", "{optimizer: Adam, nesterov: yes, scheduler_args: {min_lr: 1, gamma: 2}}") == [
        "3 optimizer_conf.nesterov", "3 optimizer_conf.scheduler_args.min_lr", "3 optimizer_conf.scheduler_args.gamma",
      ])
    let linear = "model_conf: {model: TDNN, classifier: {classifier_type: Linear, K: 2}}"
    #expect(
      problems("{loss: AAMLoss}", model: linear) == [
        "1 model_conf.classifier.classifier_type", "1 model_conf.classifier.K",
      ])
  }

  @Test("Both spellings of one thing contradict each other")
  func mixedSpellings() {
    let error = #expect(throws: ConfigurationError.self) {
      try ExperimentConfiguration.parse(
        "use_model: TDNN\nmodel_conf: {model: CAMPPlus}\nloss_conf: {loss: AAMLoss, use_loss: CELoss}", file: "e.yml")
    }
    #expect(error?.problems.map(\.line) == [2, 3])
    #expect(error?.problems.map(\.key) == ["model_conf.model", "loss_conf.loss"])
  }

  @Test("Arguments inside of a front-end's arguments follow a dot")
  func nestedArguments() throws {
    let file = try ExperimentConfiguration.parse(
      "use_model: TDNN\npreprocess_conf: {feature_method: MFCC, method_args: {n_mfcc: 20, melkwargs: {n_fft: 512}}}",
      file: "mfcc.yml")
    #expect(file.preprocess.methodArguments == ["n_mfcc": "20", "melkwargs.n_fft": "512"])
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
    #expect(file.loss.labelSmoothing == 0 && file.optimizer.name == .sgd)
    #expect(file.optimizer.learningRate == 0.01)
  }

  @Test("What optimizer_args do not say is PyTorch's default, and what a class has not is refused")
  func optimizerArguments() throws {
    func optimizer(_ text: String) throws -> OptimizerConfiguration {
      try ExperimentConfiguration.parse("use_model: TDNN\noptimizer_conf: {\(text)}", file: "o.yml").optimizer
    }
    #expect(try optimizer("optimizer: AdamW, optimizer_args: {lr: 0.1}").weightDecay == 0.01)
    let adam = try optimizer("optimizer: Adam, optimizer_args: {betas: [0.8, 0.95], eps: 1e-6}")
    #expect(adam.weightDecay == 0 && adam.betas == [0.8, 0.95] && adam.epsilon == 1e-6)
    let sgd = try optimizer("optimizer: SGD, optimizer_args: {momentum: 0.8, dampening: 0.5}")
    #expect(sgd.momentum == 0.8 && sgd.dampening == 0.5 && !sgd.isNesterov)
    #expect(try optimizer("optimizer: SGD, optimizer_args: {lr: 0.1}").momentum == 0)
    // mvector 1.0 has defaults of its own.
    let old = try optimizer("optimizer: SGD")
    #expect(old.momentum == 0.9 && old.weightDecay == 1e-5)
    for (text, key) in [
      ("optimizer: Adam, optimizer_args: {momentum: 0.9}", "momentum"),
      ("optimizer: SGD, optimizer_args: {betas: [0.9, 0.99]}", "betas"),
      ("optimizer: Adam, optimizer_args: {betas: [0.9]}", "betas"),
      ("optimizer: Adam, optimizer_args: {betas: [0.9, 1]}", "betas"),
      ("optimizer: SGD, optimizer_args: {momentum: 0.9, dampening: 0.1, nesterov: yes}", "nesterov"),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try optimizer(text) }
      #expect(error?.problems.map(\.key) == ["optimizer_conf.optimizer_args.\(key)"])
    }
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
