package import VoiceNN
internal import VoiceTensor

/// The layers of a network with their sizes, counted as torchinfo does for mvector's summary.
package struct NetworkSummary: Sendable {
  /// A layer, or what holds layers.
  package struct Row: Sendable, Hashable {
    /// The last part of its key; the first row is the network's class.
    package var name: String
    /// PyTorch's type of a layer, e.g. `Conv1d`; empty for what holds layers.
    package var type: String
    /// How deep it lies, the network itself at 0.
    package var depth: Int
    /// Shape of the output in PyTorch's order of axes, batch 1; empty for what holds layers.
    package var outputShape: [Int]
    /// Learnt values, of all that it holds.
    package var parameters: Int
    /// Multiply-adds for one utterance, of all that it holds.
    package var multiplyAdds: Int
  }

  /// The rows in the order of the layers' first run.
  package let rows: [Row]
  /// Learnt values.
  package let parameters: Int
  /// Multiply-adds for one utterance, as torchinfo counts: of convolutions the parameters times the output pixels, of
  /// all else the parameters.
  package let multiplyAdds: Int
  /// Bytes of the features.
  package let inputBytes: Int
  /// Bytes of every layer's output, twice: they are kept for the backward pass.
  package let outputBytes: Int

  /// Bytes of the learnt values.
  package var parameterBytes: Int { 4 * parameters }

  /// Runs a network on zeros of so many frames, with a classifier of so many speakers if it shall be counted too.
  ///
  /// Throws ``NetworkError`` `badConfiguration`, or `badFeatures` when there are too few frames.
  package init(
    _ configuration: NetworkConfiguration, frames: Int,
    classifier: (kind: SpeakerClassifier.Kind, sizes: SpeakerClassifier.Sizes)? = nil
  ) throws {
    let (backbone, registry) = try NetworkCatalogue.build(configuration)
    guard frames >= backbone.minimumFrames else {
      throw NetworkError(
        .badFeatures, "\(frames) frames; \(configuration.architecture) needs at least \(backbone.minimumFrames)")
    }
    let run = TrainingExecution(ParameterStore(drawing: registry.parameters, seed: 0), mode: .evaluation)
    var traces: [LayerTrace] = []
    run.onLayer = { traces.append($0) }
    let features = Tensor(zeros: [1, 1, frames, configuration.inputSize])
    _ = backbone.forward(run.tape.constant(features), run)
    if let classifier {
      traces.append(.classifier(classifier))
    }
    inputBytes = 4 * features.count
    parameters = traces.reduce(0) { $0 + $1.parameters }
    multiplyAdds = traces.reduce(0) { $0 + $1.multiplyAdds }
    outputBytes = traces.reduce(0) { $0 + ($1.parameters > 0 ? 8 * $1.outputShape.reduce(1, *) : 0) }
    rows = Self.tree(traces, root: configuration.architecture)
  }

  /// Each layer after the folders of its key, a folder where its first layer runs.
  private static func tree(_ traces: [LayerTrace], root: String) -> [Row] {
    var rows = [Row(name: root, type: "", depth: 0, outputShape: [], parameters: 0, multiplyAdds: 0)]
    var places: [[String]: Int] = [[]: 0]
    for trace in traces {
      let parts = trace.path.split(separator: ".").map(String.init)
      for depth in 0..<parts.count {
        let folder = Array(parts.prefix(depth))
        if places[folder] == nil {
          places[folder] = rows.count
          rows.append(
            Row(
              name: folder[depth - 1], type: "", depth: depth, outputShape: [], parameters: 0, multiplyAdds: 0))
        }
        rows[places[folder] ?? 0].parameters += trace.parameters
        rows[places[folder] ?? 0].multiplyAdds += trace.multiplyAdds
      }
      rows.append(
        Row(
          name: parts.last ?? "", type: trace.type, depth: parts.count, outputShape: trace.outputShape,
          parameters: trace.parameters, multiplyAdds: trace.multiplyAdds))
    }
    return rows
  }
}

extension LayerTrace {
  /// Multiply-adds as torchinfo counts them.
  fileprivate var multiplyAdds: Int {
    type.hasPrefix("Conv") ? parameters * outputShape.dropFirst(2).reduce(1, *) : parameters
  }

  /// The classifier as one layer, which it is to torchinfo.
  fileprivate static func classifier(
    _ classifier: (kind: SpeakerClassifier.Kind, sizes: SpeakerClassifier.Sizes)
  ) -> LayerTrace {
    let registry = LayerRegistry()
    _ = SpeakerClassifier(registry.root, classifier.kind, classifier.sizes)
    let learnt = registry.parameters.filter { $0.role == .weight }.reduce(0) { $0 + $1.count }
    return LayerTrace(
      path: "SpeakerIdentification", type: "Classifier",
      outputShape: [1, classifier.sizes.speakers * classifier.sizes.centres], parameters: learnt)
  }
}
