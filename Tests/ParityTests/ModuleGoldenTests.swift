import FoundationEssentials
import Testing
import VoiceNN
import VoiceRecognition
import VoiceTensor

@testable import VoiceModels

/// A block of a network, or a pooling, of the real mvector.
struct ModuleGolden: Sendable, CustomTestStringConvertible {
  typealias Build = @Sendable (LayerScope) throws -> any Block

  /// What maps of the tape go through.
  protocol Block { func run(_ x: Variable, _ run: TrainingExecution) -> Variable }

  var file: String
  var name: String
  /// What our names of its parameters have before mvector's.
  var prefix = ""
  var build: Build
  var testDescription: String { name }
}

/// A block made of a closure.
private struct Module: ModuleGolden.Block {
  let body: (Variable, TrainingExecution) -> Variable
  func run(_ x: Variable, _ run: TrainingExecution) -> Variable { body(x, run) }
}

/// Blocks as a network is made of them; the parts of these are compared inside of them.
@Suite("Blocks and poolings equal mvector's")
struct ModuleGoldenTests {
  static let blocks: [ModuleGolden] = [
    module("cam.DenseBlock3") { scope in
      DenseBlock(scope, inputChannels: 10, layers: 3, kernel: 3, dilation: 1, try denseSizes()).callAsFunction
    },
    // Two segments, of 100 and 20 frames.
    module("cam.CAMDenseTDNNLayer", prefix: "tdnnd1.") { scope in
      let block = DenseBlock(scope, inputChannels: 12, layers: 1, kernel: 3, dilation: 2, try denseSizes())
      return { $1.channels(12..<16, of: block($0, $1)) }
    },
    module("cam.FCM80") { head($0, bins: 80) },
    module("cam.FCM23") { head($0, bins: 23) },
    module("cam.TransitLayer") { Transit($0, inputChannels: 12, outputChannels: 6, room: 0).callAsFunction },
    module("cam.StatsPool") { _ in { $1.statisticsPooling($0, .deviation) } },
    module("ecapa.SE_Res2Block") { EcapaTdnn.Block($0, channels: 16, dilation: 2).callAsFunction },
    module("eres2net.Basic_s2") {
      ERes2NetBlock($0, inputs: 8, width: 4, scale: 2, outputs: 16, stride: 2, isFused: false).callAsFunction
    },
    module("eres2net.diffAFF") {
      ERes2NetBlock($0, inputs: 16, width: 4, scale: 2, outputs: 16, stride: 1, isFused: true).callAsFunction
    },
    module("eres2netv2.Basic") {
      ERes2NetBlock($0, inputs: 8, width: 3, scale: 2, outputs: 16, stride: 1, isFused: false).callAsFunction
    },
    module("eres2netv2.AFF_s2") {
      ERes2NetBlock($0, inputs: 16, width: 6, scale: 2, outputs: 32, stride: 2, isFused: true).callAsFunction
    },
    module("res2net.stage_s2") {
      Res2NetBlock($0, inputs: 8, width: 2, scale: 2, outputs: 16, stride: 2, isFirst: true).callAsFunction
    },
    module("res2net.normal") {
      Res2NetBlock($0, inputs: 16, width: 2, scale: 4, outputs: 16, stride: 1, isFirst: false).callAsFunction
    },
    module("resnet_se.SEBottleneck") {
      SEBottleneck($0, inputs: 16, planes: 8, outputs: 16, stride: 1).callAsFunction
    },
  ]

  static let poolings: [ModuleGolden] =
    TemporalPooling.Kind.allCases.map { kind in
      ModuleGolden(file: "pooling", name: kind.rawValue) { scope in
        let pooling = TemporalPooling(kind, scope, channels: 24, generation: .v1_0)
        return Module { pooling($0, $1) }
      }
    } + [
      ModuleGolden(file: "pooling", name: "TSTP") { _ in
        Module { $1.statisticsPooling($0, .offsetDeviation(1e-8)) }
      },
      ModuleGolden(file: "pooling_v111", name: "ASP_gc") { scope in
        let pooling = TemporalPooling(.asp, scope, channels: 24, bottleneck: 12, generation: .v1_1)
        return Module { pooling($0, $1) }
      },
    ]

  private static func denseSizes() throws -> CAMPPlus.Sizes {
    try CAMPPlus.Sizes(
      NetworkArguments(
        .init(architecture: "CAMPPlus", inputSize: 80, embeddingSize: 8, arguments: ["growth_rate": 4, "bn_size": 2])))
  }

  /// CAM++'s head with eight channels, its frequencies side by side.
  private static func head(_ scope: LayerScope, bins: Int) -> (Variable, TrainingExecution) -> Variable {
    let head = FrequencyHead(scope, bins: bins, channels: 8)
    return { $1.flatten(head($1.image($0), $1)) }
  }

  private static func module(
    _ name: String, prefix: String = "",
    _ build: @escaping @Sendable (LayerScope) throws -> (Variable, TrainingExecution) -> Variable
  ) -> ModuleGolden {
    ModuleGolden(file: "modules", name: name, prefix: prefix) { scope in Module(body: try build(scope)) }
  }

  @Test(
    "Values and gradients of blocks, in evaluation and training",
    .enabled(if: Golden.path("modules.safetensors") != nil, "../shared is not at hand"), arguments: blocks)
  func block(_ golden: ModuleGolden) throws {
    let tensors = try Self.tensors(golden)
    for (mode, suffix) in [(TrainingExecution.Mode.evaluation, "eval"), (.training, "train")] {
      let (y, dx) = try Self.run(golden, mode, x: try #require(tensors["x"]), w: try #require(tensors["w"]), tensors)
      #expect(relativeError(y, try #require(tensors["out_\(suffix)"]).values) < 1e-5, "\(suffix)")
      #expect(relativeError(dx, try #require(tensors["grad_x_\(suffix)"]).values) < 5e-5, "\(suffix)")
    }
  }

  @Test("Values and gradients of poolings", arguments: poolings)
  func pooling(_ golden: ModuleGolden) throws {
    let tensors = try Self.tensors(golden)
    let path = try #require(Golden.path("\(golden.file).safetensors"))
    let x = try #require(Safetensors(contentsOf: URL(filePath: path)).tensors["x3"])
    let (y, dx) = try Self.run(golden, .evaluation, x: x, w: try #require(tensors["w"]), tensors)
    #expect(relativeError(y, try #require(tensors["out"]).values) < 1e-5)
    #expect(relativeError(dx, try #require(tensors["grad_x"]).values) < 1e-5)
  }

  private static func tensors(_ golden: ModuleGolden) throws -> [String: StoredTensor] {
    let path = try #require(Golden.path("\(golden.file).safetensors"))
    let file = try Safetensors(contentsOf: URL(filePath: path)).tensors.filter { $0.key.hasPrefix("\(golden.name).") }
    return Dictionary(uniqueKeysWithValues: file.map { (String($0.key.dropFirst(golden.name.count + 1)), $0.value) })
  }

  /// The output in PyTorch's order of axes, and the gradient of Σ output · w by the input.
  private static func run(
    _ golden: ModuleGolden, _ mode: TrainingExecution.Mode, x: StoredTensor, w: StoredTensor,
    _ tensors: [String: StoredTensor]
  ) throws -> (y: [Float], dx: [Float]) {
    let registry = LayerRegistry()
    let block = try golden.build(registry.root)
    let stored = tensors.filter { $0.key.hasPrefix("sd.") }.map {
      (golden.prefix + $0.key.dropFirst(3), $0.value)
    }
    let run = TrainingExecution(
      try ParameterStore(Dictionary(uniqueKeysWithValues: stored), for: registry.parameters), mode: mode)
    let leaf = run.tape.parameter(Tensor(x))
    // [batch, channels, (height,) width] → [batch, height, width, channels]
    let planes = x.shape.count == 4 ? leaf : run.tape.reshape(leaf, [x.shape[0], x.shape[1], 1, x.shape[2]])
    let y = run.tape.permute(block.run(run.tape.permute(planes, [0, 2, 3, 1]), run), [0, 3, 1, 2])
    let flat = run.tape.reshape(y, w.shape)
    let scalar = run.tape.sum(run.tape.multiply(flat, run.tape.constant(Tensor(w))))
    let gradients = run.gradients(of: scalar)
    return (flat.value.values, gradients.others[leaf]?.values ?? [])
  }
}
