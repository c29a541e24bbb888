import TestSupport
import Testing
import VoiceAudio
import VoiceConfiguration
import VoiceModels
import VoiceNN
import VoiceTensor

@testable import VoiceTraining

@Suite("The package's experiment files")
struct ConfigurationFilesTests {
  /// Each file, its class, and the learnt values of the network alone.
  static let files = [
    ("cam++", "CAMPPlus", 6_848_544), ("ecapa_tdnn", "EcapaTdnn", 6_186_560), ("tdnn", "TDNN", 2_639_552),
    ("res2net", "Res2Net", 5_087_296), ("resnet_se", "ResNetSE", 7_812_920), ("eres2net", "ERes2Net", 6_610_688),
    ("eres2netv2", "ERes2NetV2", 5_458_202), ("panns", "PANNS_CNN10", 5_047_424),
  ]

  @Test("Each builds its network at mvector's size, with its loss, optimiser and schedules", arguments: files)
  func builds(name: String, architecture: String, learnt: Int) throws {
    let experiment = try ExperimentConfiguration.load(file: PackagePaths.root + "/configs/\(name).yml")
    let bins = try FrontEndConfiguration(experiment).makeFrontEnd().bins
    let setup = try TrainingSetup(experiment, bins: bins, classes: 7)
    #expect(setup.network.architecture == architecture && setup.network.embeddingSize == 192)
    let shapes = try SpeakerNetwork.parameterShapes(setup.network).filter { path, _ in
      !["running_mean", "running_var", "num_batches_tracked"].contains { path.hasSuffix($0) }
    }
    #expect(shapes.values.reduce(0) { $0 + $1.reduce(1, *) } == learnt)
    #expect(setup.classifier.kind == .cosine && setup.classifier.sizes.speakers == 7)
    #expect(setup.optimizer.rule == .adam && setup.optimizer.weightDecay == 1e-5)
    let margins = try #require(setup.margins(stepsPerEpoch: 10))
    #expect(margins.firstStep == 180 && margins.lastStep == 420 && margins.final == 0.3)
    let schedule = setup.schedule(stepsPerEpoch: 10)
    #expect(schedule.rate(step: 51, base: 1) == experiment.optimizer.learningRate)
    #expect(experiment.dataset.loader.batchSize >= 32)
  }

  @Test("Those that fine-tune keep the norms, begin with the speakers' means, and know no speeds", arguments: [
    ("cam++_fine_tuning", 3.0, 0.3, false), ("cam++_telephone", 3, 0.3, true), ("cam++_large_margin", 6, 0.5, false),
  ])
  func fineTunes(name: String, seconds: Double, margin: Double, isCalled: Bool) throws {
    let experiment = try ExperimentConfiguration.load(file: PackagePaths.root + "/configs/\(name).yml")
    let tuning = experiment.training.fineTuning
    #expect(tuning.freezesNorms && tuning.imprintsClassifier && experiment.dataset.augmentation.speed == nil)
    #expect(experiment.dataset.maxDuration == seconds && experiment.loss.margin == margin)
    #expect(experiment.loss.marginScheduler == nil)
    #expect((experiment.dataset.augmentation.telephone != nil) == isCalled)
    let setup = try TrainingSetup(experiment, bins: 80, classes: 7)
    #expect(setup.network.architecture == "CAMPPlus" && setup.optimizer.rule == .adamW)
    #expect(setup.schedule(stepsPerEpoch: 10).rate(step: 1, base: 1) <= experiment.optimizer.learningRate)
  }

  @Test("A classifier goes with its loss, as in the version of mvector whose spelling it is")
  func classifiers() throws {
    func kind(_ text: String) throws -> (SpeakerClassifier.Kind, Int) {
      let experiment = try ExperimentConfiguration.parse(text, file: "e.yml")
      let classifier = try TrainingSetup(experiment, bins: 80, classes: 3).classifier
      return (classifier.kind, classifier.sizes.centres)
    }
    let old = "use_model: TDNN\nloss_conf: {use_loss: "
    #expect(try kind(old + "AMLoss}") == (.cosineOfColumns, 1))
    #expect(try kind(old + "CELoss}") == (.linear, 1))
    #expect(try kind(old + "SubCenterLoss}") == (.cosine, 3))
    let new = "model_conf: {model: TDNN, classifier: {classifier_type: Linear}}\nloss_conf: {loss: "
    #expect(try kind(new + "CELoss}") == (.linear, 1))
    #expect(try kind("model_conf: {model: TDNN, classifier: {K: 2}}\nloss_conf: {loss: SubCenterLoss}") == (.cosine, 2))
    #expect(try kind("model_conf: {model: TDNN}\nloss_conf: {loss: AMLoss}") == (.cosine, 1))
  }
}
