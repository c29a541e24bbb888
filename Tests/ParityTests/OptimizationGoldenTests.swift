import FoundationEssentials
import Testing
import VoiceNN
import VoiceTensor

@Suite("Optimisers and schedules equal PyTorch's and mvector's")
struct OptimizationGoldenTests {
  @Test("Six steps of each optimiser on Σ sin²(A p)", arguments: ["Adam", "AdamW", "SGD"])
  func optimizers(_ name: String) throws {
    let file = try Safetensors(contentsOf: URL(filePath: try #require(Golden.path("optimizers.safetensors"))))
    func tensor(_ key: String) throws -> StoredTensor { try #require(file.tensors["\(name).\(key)"]) }
    let registry = LayerRegistry()
    let parameter = registry.root.parameter("p", [3, 4])
    let store = try ParameterStore(["p": try tensor("p0")], for: registry.parameters)
    var optimizer =
      switch name {
      case "Adam": Optimizer(.adam, learningRate: 0.01, weightDecay: 0.1)
      case "AdamW": Optimizer(.adamW, learningRate: 0.01, weightDecay: 0.1)
      default: Optimizer(.sgd(momentum: 0.9, isNesterov: false), learningRate: 0.05, weightDecay: 0.1)
      }
    for step in 0..<6 {
      optimizer.step(store, [parameter: Tensor(try tensor("grad\(step)"))])
      let expected = try tensor("p\(step + 1)")
      #expect(relativeError(store[parameter].values, expected.values) < 3e-7, "step \(step)")
    }
  }

  /// golden/schedulers.json.
  private struct Schedules: Decodable {
    struct Rate: Decodable {
      var base_lr: Double
      var min_lr: Double?
      var max_lr: Double?
      var warmup_epoch: Int?
      var fix_epoch: Int?
      var step_per_epoch: Int?
      var T_max: Int?
      var lr_used_at_step: [Double]
    }
    struct Margin: Decodable {
      var increase_start_epoch: Int
      var fix_epoch: Int
      var step_per_epoch: Int
      var initial_margin: Double
      var final_margin: Double
      var margin_in_force_at_step: [Double]
    }
    var WarmupCosine: Rate
    var CosineAnnealing: Rate
    var Margin_exp: Margin
    var Margin_linear: Margin
  }

  @Test("Learning rates and margins at every step")
  func schedules() throws {
    let path = try #require(Golden.path("schedulers.json"))
    let golden = try JSONDecoder().decode(Schedules.self, from: Data(contentsOf: URL(filePath: path)))
    let warmup = golden.WarmupCosine
    let steps = try #require(warmup.step_per_epoch)
    let schedule = LearningRateSchedule.warmupCosine(
      minimum: try #require(warmup.min_lr), maximum: try #require(warmup.max_lr),
      warmupSteps: try #require(warmup.warmup_epoch) * steps, lastStep: try #require(warmup.fix_epoch) * steps)
    let cosine = LearningRateSchedule.cosineAnnealing(
      minimum: 0, period: try #require(golden.CosineAnnealing.T_max))
    for (rates, schedule) in [(warmup, schedule), (golden.CosineAnnealing, cosine)] {
      #expect(rates.lr_used_at_step.count > 50)
      for (step, expected) in rates.lr_used_at_step.enumerated() {
        #expect(abs(schedule.rate(step: step, base: rates.base_lr) - expected) < 1e-12)
      }
    }
    for (margins, growth) in [
      (golden.Margin_exp, MarginScheduler.Growth.exponential), (golden.Margin_linear, .linear),
    ] {
      let scheduler = MarginScheduler(
        initial: margins.initial_margin, final: margins.final_margin, startEpoch: margins.increase_start_epoch,
        fixEpoch: margins.fix_epoch, stepsPerEpoch: margins.step_per_epoch, growth: growth)
      #expect(margins.margin_in_force_at_step.count > 50)
      for (step, expected) in margins.margin_in_force_at_step.enumerated() {
        #expect(abs(scheduler.margin(duringStep: step) - expected) < 1e-12)
      }
    }
  }
}
