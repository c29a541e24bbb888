internal import VoiceTensor

/// Runs a packed network for one utterance on the calling thread; nothing is recorded.
package struct InferenceExecution: Execution {
  private let network: PackedNetwork
  let workspace: Workspace
  let kernels = VectorKernels.best

  /// A run in the memory of `workspace`, which nobody else uses meanwhile.
  package init(_ network: PackedNetwork, _ workspace: Workspace) {
    self.network = network
    self.workspace = workspace
  }

  /// Features `[frames, bins]`, row-major, as a map.
  package func input(_ features: [Float], frames: Int) -> ActivationMap {
    let bins = features.count / frames
    let map = workspace.map(height: 1, width: frames, channels: bins)
    features.withUnsafeBufferPointer { features in
      for frame in 0..<frames {
        (map.pixels.base + frame * map.view.pixelPitch).update(from: features.baseAddress! + frame * bins, count: bins)
      }
    }
    return map
  }

  /// The values of a map `[height, width, channels]`, row-major.
  package func values(_ map: ActivationMap) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(map.height * map.width * map.channels)
    map.forEachPixel { values += UnsafeBufferPointer(start: $0, count: map.channels) }
    withExtendedLifetime(map) {}
    return values
  }

  /// A transposed copy, with the halo that a 3×3 kernel pads.
  package func image(_ frames: ActivationMap) -> ActivationMap {
    let image = workspace.map(
      height: frames.channels, width: frames.width, channels: 1, halo: Extent(height: 1, width: 1))
    for frame in 0..<frames.width {
      let source = frames.view.base + frame * frames.view.pixelPitch
      for bin in 0..<frames.channels {
        image.pixels.base[bin * image.view.rowPitch + frame * image.view.pixelPitch] = source[bin]
      }
    }
    withExtendedLifetime(frames) {}
    return image
  }

  /// One pass: norm, residual and activation are in the epilogue.
  package func convolve(
    _ layer: ConvolutionLayer, _ x: ActivationMap, residual: ActivationMap?, into place: ActivationMap?
  ) -> ActivationMap {
    let (packed, following) = network.convolution(layer)
    let y = place ?? output(of: layer, x)
    packed.run(
      input: x.view, output: y.pixels, residual: residual?.view, following: following, scratch: workspace.scratch)
    withExtendedLifetime((x, residual)) {}
    return y
  }

  private func output(of layer: ConvolutionLayer, _ x: ActivationMap) -> ActivationMap {
    let size = layer.shape.output(height: x.height, width: x.width)
    return workspace.map(
      height: size.height, width: size.width, channels: layer.shape.outputChannels, halo: layer.layout.halo,
      room: layer.layout.room)
  }

  /// One pass: as the layer is linear, its mean is that of the mean, and the gate is known before it runs.
  package func excite(
    _ layer: ConvolutionLayer, _ x: ActivationMap, shortcut: ActivationMap, gate: (ActivationMap) -> ActivationMap
  ) -> ActivationMap {
    precondition(
      layer.shape.kernel == Extent(height: 1, width: 1) && layer.activation == .identity && layer.order == .normFirst,
      "\(layer.weight.path): the layer before a gate is 1×1 and linear")
    let factors = gate(convolve(layer, meanOverMap(x), residual: nil, into: nil))
    let (packed, following) = network.convolution(layer)
    let y = output(of: layer, x)
    packed.run(
      input: x.view, output: y.pixels, residual: shortcut.view, gate: factors.view.base, activation: .relu,
      following: following, scratch: workspace.scratch)
    withExtendedLifetime((x, shortcut, factors)) {}
    return y
  }

  /// Writes behind the channels of `map`, segment by segment with the gate in the epilogue.
  package func append(
    _ layer: ConvolutionLayer, _ x: ActivationMap, gate: ActivationMap, segmentLength: Int, to map: ActivationMap
  ) -> ActivationMap {
    let (packed, following) = network.convolution(layer)
    // A segment reads its neighbours' frames; a halo made for it alone would hold zeros instead.
    precondition(
      x.view.halo.covers(layer.shape.halo(height: x.height, width: x.width)),
      "\(layer.weight.path): the layout of the layer before lacks the halo that this one pads")
    let first = map.channels
    let grown = map.grown(to: first + layer.shape.outputChannels)
    let target = grown.pixels.channels(first..<grown.channels)
    for segment in 0..<gate.width {
      let frames = segment * segmentLength..<min((segment + 1) * segmentLength, x.width)
      packed.run(
        input: x.view.columns(frames), output: target.columns(frames),
        gate: gate.view.base + segment * gate.view.pixelPitch,
        following: segment + 1 == gate.width ? following : nil, scratch: workspace.scratch)
    }
    withExtendedLifetime((x, gate)) {}
    return grown
  }

  /// One pass over the map.
  package func normalize(_ layer: NormActivation, _ x: ActivationMap) -> ActivationMap {
    let (scale, shift) = network.norm(layer)
    let y = workspace.map(height: x.height, width: x.width, channels: x.channels)
    scale.withUnsafeBufferPointer { scale in
      shift.withUnsafeBufferPointer { shift in
        kernels.scaleShift(
          x.view, scale: scale.baseAddress!, shift: shift.baseAddress!, relu: layer.relu, output: y.pixels)
      }
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// `[height, ⌈width / length⌉, channels]`.
  package func segmentMean(_ x: ActivationMap, length: Int) -> ActivationMap {
    let segments = (x.width + length - 1) / length
    let y = workspace.map(height: x.height, width: segments, channels: x.channels)
    for row in 0..<x.height {
      for segment in 0..<segments {
        let first = segment * length
        kernels.columnMeans(
          rows: min(length, x.width - first), channels: x.channels,
          x.view.base + row * x.view.rowPitch + first * x.view.pixelPitch, pitch: x.view.pixelPitch,
          means: y.pixels.base + row * y.view.rowPitch + segment * y.view.pixelPitch)
      }
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// `[height, 1, channels]`.
  package func meanOverTime(_ x: ActivationMap) -> ActivationMap { segmentMean(x, length: x.width) }

  /// `[height, width, channels]` of `x`.
  package func add(_ vector: ActivationMap, toEachFrameOf x: ActivationMap) -> ActivationMap {
    let y = workspace.map(height: x.height, width: x.width, channels: x.channels)
    for row in 0..<x.height {
      for frame in 0..<x.width {
        kernels.add(
          x.view.base + row * x.view.rowPitch + frame * x.view.pixelPitch,
          vector.view.base + row * vector.view.rowPitch,
          y.pixels.base + row * y.view.rowPitch + frame * y.view.pixelPitch, count: x.channels)
      }
    }
    withExtendedLifetime((x, vector)) {}
    return y
  }
}
