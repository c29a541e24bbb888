package import VoiceTensor

/// The layers of a network in the form that inference runs: norms folded, weights packed.
package final class PackedNetwork: Sendable {
  enum Layer: Sendable {
    case convolution(PackedConvolution)
    case norm(scale: [Float], shift: [Float])
  }

  private let layers: [Layer]
  /// For each layer, the convolution declared next: its weights are fetched while the layer runs.
  private let following: [PackedConvolution?]

  /// Packs the layers of `registry` with the values of `store`; in another precision than float32 those that it pays
  /// for, and that stand it.
  package init(_ registry: LayerRegistry, _ store: ParameterStore, precision: KernelPrecision = .float32) {
    let arena = WeightArena()
    let layers = registry.layers.map { layer -> Layer in
      switch layer {
      case .convolution(let layer): .convolution(layer.packed(store, precision, arena))
      case .norm(let layer): layer.packed(store)
      }
    }
    var next: PackedConvolution?
    var following: [PackedConvolution?] = []
    for layer in layers.reversed() {
      following.append(next)
      if case .convolution(let convolution) = layer { next = convolution }
    }
    self.layers = layers
    self.following = following.reversed()
  }

  /// Bytes of weights and constants.
  package var memoryBytes: Int {
    layers.reduce(0) { bytes, layer in
      switch layer {
      case .convolution(let convolution): bytes + convolution.memoryBytes
      case .norm(let scale, let shift): bytes + (scale.count + shift.count) * MemoryLayout<Float>.stride
      }
    }
  }

  func convolution(_ layer: ConvolutionLayer) -> (packed: PackedConvolution, following: PackedConvolution?) {
    guard case .convolution(let packed) = layers[layer.index] else {
      preconditionFailure("\(layer.weight.path): the layer is of another network")
    }
    return (packed, following[layer.index])
  }

  func norm(_ layer: NormActivation) -> (scale: [Float], shift: [Float]) {
    guard case .norm(let scale, let shift) = layers[layer.index] else {
      preconditionFailure("\(layer.norm.runningMean.path): the layer is of another network")
    }
    return (scale, shift)
  }
}

extension NormActivation {
  fileprivate func packed(_ store: ParameterStore) -> PackedNetwork.Layer {
    let (scale, shift) = norm.folded(store)
    return .norm(scale: scale.map(Float.init), shift: shift.map(Float.init))
  }
}

extension ConvolutionLayer {
  fileprivate func packed(
    _ store: ParameterStore, _ precision: KernelPrecision, _ arena: WeightArena
  ) -> PackedConvolution {
    let stored = store[weight]
    var weights = (self.weights.axes.map(stored.permuted) ?? stored).values
    var epilogue = ConvolutionEpilogue(
      bias: bias.map { store[$0].values } ?? [], reluFirst: order == .reluFirst,
      activation: order == .reluFirst ? .identity : activation)
    if let norm {
      let (scale, shift) = norm.folded(store)
      switch order {
      case .reluFirst:
        epilogue.scale = scale.map(Float.init)
        epilogue.shift = shift.map(Float.init)
      case .normFirst:
        let perOutput = weights.count / shape.outputChannels
        for index in weights.indices { weights[index] = Float(Double(weights[index]) * scale[index / perOutput]) }
        let bias = epilogue.bias
        epilogue.bias = shift.indices.map { Float(shift[$0] + (bias.isEmpty ? 0 : Double(bias[$0]) * scale[$0])) }
      }
    }
    return weights.withUnsafeBufferPointer {
      PackedConvolution(
        shape: shape, weights: $0, epilogue: epilogue, precision: isExact ? .float32 : precision, arena: arena)
    }
  }
}
