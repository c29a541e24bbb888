/// A layer that has run, as PyTorch would show it.
package struct LayerTrace: Sendable, Hashable {
  /// Its key in the `state_dict`, without `weight`.
  package var path: String
  /// PyTorch's type, e.g. `Conv1d`.
  package var type: String
  /// Shape of its output in PyTorch's order: `[batch, channels, (height,) width]`, or `[batch, channels]`.
  package var outputShape: [Int]
  /// Its learnt values.
  package var parameters: Int

  /// A layer with its sizes.
  package init(path: String, type: String, outputShape: [Int], parameters: Int) {
    self.path = path
    self.type = type
    self.outputShape = outputShape
    self.parameters = parameters
  }

  init(_ layer: ConvolutionLayer, output: [Int]) {
    let plain = output[1] == 1 && !layer.weights.isPlane
    let type = layer.weights == .vector ? "Linear" : layer.weights.isPlane ? "Conv2d" : "Conv1d"
    self.init(
      path: Self.folder(layer.weight), type: type, outputShape: Self.shape(output, layer.weights, plain),
      parameters: layer.weight.count + (layer.bias?.count ?? 0))
  }

  init(_ norm: BatchNorm, output: [Int], weights: ConvolutionLayer.WeightLayout?) {
    let isPlane = weights?.isPlane == true || (weights == nil && output[1] > 1)
    self.init(
      path: Self.folder(norm.runningMean), type: isPlane ? "BatchNorm2d" : "BatchNorm1d",
      outputShape: Self.shape(output, weights ?? (output[2] == 1 ? .vector : .sequence), !isPlane),
      parameters: (norm.weight?.count ?? 0) + (norm.bias?.count ?? 0))
  }

  private static func folder(_ parameter: Parameter) -> String {
    String(parameter.path[..<(parameter.path.lastIndex(of: ".") ?? parameter.path.startIndex)])
  }

  /// `[batch, height, width, channels]` in PyTorch's order.
  private static func shape(_ map: [Int], _ weights: ConvolutionLayer.WeightLayout, _ isFlat: Bool) -> [Int] {
    if weights == .vector { return [map[0], map[3]] }
    if weights == .transposedPlane { return [map[0], map[3], map[2], map[1]] }
    return isFlat ? [map[0], map[3], map[2]] : [map[0], map[3], map[1], map[2]]
  }
}
