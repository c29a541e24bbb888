internal import VoiceNN
internal import VoiceTensor

/// How frames become one vector: mvector's poolings over time, in the form of either of its versions.
///
/// [1, frames, channels] → [1, 1, output channels]
struct TemporalPooling: Sendable {
  /// mvector's names.
  enum Kind: String, Sendable, CaseIterable {
    /// Attentive statistics: weighted mean ‖ deviation (Okabe et al. 2018); with a global context in 1.1
    /// (Desplanques et al. 2020).
    case asp = "ASP"
    /// Self-attentive: the weighted mean (Cai et al. 2018).
    case sap = "SAP"
    /// Statistics: mean ‖ variance, as mvector has it.
    case tsp = "TSP"
    /// The mean.
    case tap = "TAP"

    /// The fewest frames that it can pool: one alone has no unbiased variance.
    var minimumFrames: Int { self == .tsp ? 2 : 1 }
  }

  /// Values of the pooled vector.
  let outputChannels: Int
  private let kind: Kind
  private let channels: Int
  private let attention: Attention?

  init(
    _ kind: Kind, _ scope: LayerScope, channels: Int, bottleneck: Int = 128,
    generation: NetworkConfiguration.Generation
  ) {
    self.kind = kind
    self.channels = channels
    outputChannels = kind == .asp || kind == .tsp ? 2 * channels : channels
    switch (kind, generation) {
    case (.asp, .v1_1): attention = .contextual(scope, channels: channels, bottleneck: bottleneck)
    case (.asp, .v1_0), (.sap, _): attention = .plain(scope, channels: channels, bottleneck: bottleneck)
    case (.tsp, _), (.tap, _): attention = nil
    }
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    switch (kind, attention) {
    case (.tsp, _): return run.statisticsPooling(x, .variance)
    case (.asp, let attention?):
      return run.attentiveStatistics(x, scores: attention(x, run), floor: attention.floor)
    case (.sap, let attention?):
      let statistics = run.attentiveStatistics(x, scores: attention(x, run), floor: attention.floor)
      return run.channels(0..<channels, of: statistics)
    default: return run.meanOverTime(x)
    }
  }
}

/// The scores of each channel of each frame.
private struct Attention: Sendable {
  /// The least variance that mvector lets through.
  let floor: Float
  private let first: ConvolutionLayer
  private let second: ConvolutionLayer
  private let hasContext: Bool

  /// conv1×1 → tanh → conv1×1 of the frames themselves.
  static func plain(_ scope: LayerScope, channels: Int, bottleneck: Int) -> Attention {
    Attention(
      floor: 1e-9,
      first: ConvolutionLayer(
        scope("linear1"), ConvolutionShape(inputChannels: channels, outputChannels: bottleneck), weights: .sequence,
        bias: true),
      second: ConvolutionLayer(
        scope("linear2"), ConvolutionShape(inputChannels: bottleneck, outputChannels: channels), weights: .sequence,
        bias: true),
      hasContext: false)
  }

  /// conv1×1 → ReLU → BN → tanh → conv1×1 of the frames and their mean and deviation.
  static func contextual(_ scope: LayerScope, channels: Int, bottleneck: Int) -> Attention {
    Attention(
      floor: 1e-12,
      first: ConvolutionLayer(
        scope("tdnn.conv.conv"), ConvolutionShape(inputChannels: 3 * channels, outputChannels: bottleneck),
        weights: .sequence, bias: true, norm: scope("tdnn.norm.norm"), order: .reluFirst),
      second: ConvolutionLayer(
        scope("conv.conv"), ConvolutionShape(inputChannels: bottleneck, outputChannels: channels),
        weights: .sequence, bias: true),
      hasContext: true)
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    second(run.tanh(first(hasContext ? run.appendContext(x, floor: floor) : x, run)), run)
  }
}

extension NetworkArguments {
  /// mvector's `pooling_type`, of those that the network can carry.
  func pooling(default value: TemporalPooling.Kind = .asp) throws -> TemporalPooling.Kind {
    try choice("pooling_type", default: value, of: TemporalPooling.Kind.allCases)
  }
}
