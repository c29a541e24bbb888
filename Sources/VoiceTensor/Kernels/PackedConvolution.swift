internal import CVoiceKernels

/// A convolution with its weights packed for one instruction set and its constants in place: what a layer becomes when
/// a network is loaded.
///
/// `output = activation(reluFirst(input ∗ weights + bias) · scale + shift + residual)`
///
/// Activations are channels-last and read in place (implicit GEMM, no im2col). Groups are several convolutions on
/// views at channel offsets.
package final class PackedConvolution: @unchecked Sendable {  // owns raw memory that nothing writes after `init`
  /// How the sums are computed.
  package enum Algorithm: Sendable, Equatable {
    /// Every product of the definition.
    case direct
    /// Winograd's F(4,3) along time: half the products, for three taps and stride 1 in time.
    case winograd
  }

  /// The geometry.
  package let shape: ConvolutionShape
  /// The numbers that are multiplied.
  package let precision: KernelPrecision
  /// How the sums are computed.
  package let algorithm: Algorithm

  private let kernels: vk_isa
  private let packed: PackedWeights
  private let constants: AlignedFloats
  private let epilogue: vk_epilogue

  /// Packs `weights` `[outputChannels][inputChannels][kernel height][kernel width]` into memory of its own or into that
  /// of `arena`; the default algorithm is the fastest one for the shape. In another precision than float32 there is one
  /// instruction set only.
  package init(
    shape: ConvolutionShape, weights: UnsafeBufferPointer<Float>, epilogue: ConvolutionEpilogue = .init(),
    algorithm: Algorithm? = nil, isa: KernelISA = .best, precision: KernelPrecision = .float32,
    arena: WeightArena? = nil
  ) {
    precondition(
      isa.isSupported && precision.isSupported, "convolution \(shape): this machine cannot run \(isa), \(precision)")
    precondition(
      weights.count == shape.weightCount, "convolution \(shape): \(weights.count) weights, not \(shape.weightCount)")
    var c = shape.c
    let isSuitable = vk_winograd_is_suitable(&c)
    precondition(algorithm != .winograd || isSuitable, "convolution \(shape): not a shape for Winograd")
    self.shape = shape
    self.precision = precision
    kernels = isa.identifier(precision)
    self.algorithm = algorithm ?? (isSuitable ? .winograd : .direct)

    func memory(_ count: Int) -> PackedWeights { arena?.take(count: count) ?? PackedWeights(count: count) }
    switch self.algorithm {
    case .direct:
      packed = memory(vk_convolution_packed_count(kernels, &c))
      vk_convolution_pack(kernels, &c, weights.baseAddress!, packed.base)
    case .winograd:
      packed = memory(vk_winograd_packed_count(kernels, &c))
      let transformed = AlignedFloats(count: weights.count / 3)
      vk_winograd_pack(kernels, &c, weights.baseAddress!, transformed.base, packed.base)
    }
    (self.constants, self.epilogue) = Self.place(epilogue, shape: shape)
  }

  /// Bytes of packed weights and constants.
  package var memoryBytes: Int { (packed.count + constants.count) * MemoryLayout<Float>.stride }

  /// Writes the convolution of `input` to `output`, which may be a range of channels of a wider map.
  ///
  /// `residual` has the output's size and may be the output itself; the input may not overlap it.
  /// `gate` `[outputChannels]` multiplies the sums (in place of a fixed scale); `activation` replaces the fixed one.
  /// `following` is the convolution that runs next on this thread: its first weights, and those behind them in its
  /// arena, are fetched into the cache meanwhile, which saves up to 15 %.
  /// An input whose halo is too small is first copied to `scratch`; otherwise nothing is copied, and nothing is
  /// allocated once `scratch` has grown.
  package func run(
    input: ActivationView, output: MutableActivationView, residual: ActivationView? = nil,
    gate: UnsafePointer<Float>? = nil, activation: ConvolutionEpilogue.Activation? = nil,
    following: PackedConvolution? = nil, scratch: KernelScratch
  ) {
    check(input: input, output: output.view, residual: residual, gate: gate)
    let halo = shape.halo(height: input.height, width: input.width)
    let source = input.halo.covers(halo) ? input : scratch.padding(input, halo: halo)

    var epilogue = self.epilogue
    if let gate { epilogue.scale = gate }
    if let activation { epilogue.apply(activation) }
    if let residual {
      epilogue.residual = residual.base
      epilogue.residual_row_pitch = residual.rowPitch
      epilogue.residual_pixel_pitch = residual.pixelPitch
    }
    var c = shape.c
    let map = vk_map(base: source.base, row_pitch: source.rowPitch, pixel_pitch: source.pixelPitch)
    let target = vk_output_map(
      base: output.base, height: output.view.height, width: output.view.width, row_pitch: output.view.rowPitch,
      pixel_pitch: output.view.pixelPitch)
    let next = following.map { vk_weights(first: $0.packed.base, count: $0.packed.countToFetch) } ?? vk_weights()
    switch algorithm {
    case .direct:
      let count = vk_convolution_scratch_count(kernels, &c, target.height, target.width)
      vk_convolution_run(kernels, &c, packed.base, map, target, &epilogue, next, scratch.floats(count: count))
    case .winograd:
      let ring = scratch.floats(count: vk_winograd_scratch_count(kernels, &c, target.height, target.width))
      vk_winograd_run(kernels, &c, packed.base, map, target, &epilogue, next, ring)
    }
  }

  private func check(
    input: ActivationView, output: ActivationView, residual: ActivationView?, gate: UnsafePointer<Float>?
  ) {
    let size = shape.output(height: input.height, width: input.width)
    precondition(
      input.channels == shape.inputChannels && output.channels == shape.outputChannels
        && output.height == size.height && output.width == size.width,
      "convolution \(shape): \(input.sizes) → \(output.sizes), expected an output of"
        + " [\(size.height)][\(size.width)][\(shape.outputChannels)]")
    if let residual {
      precondition(
        residual.height == output.height && residual.width == output.width && residual.channels == output.channels,
        "convolution \(shape): residual \(residual.sizes) for an output of \(output.sizes)")
    }
    precondition(gate == nil || epilogue.scale == nil, "convolution \(shape): both a gate and a fixed scale")
  }

  /// Copies the constants side by side; the result points into the copy.
  private static func place(
    _ epilogue: ConvolutionEpilogue, shape: ConvolutionShape
  ) -> (AlignedFloats, vk_epilogue) {
    precondition(epilogue.shift.isEmpty || !epilogue.scale.isEmpty, "convolution \(shape): a shift without a scale")
    let arrays = [epilogue.bias, epilogue.scale, epilogue.shift]
    let constants = AlignedFloats(count: arrays.count * shape.outputChannels)
    let pointers = arrays.enumerated().map { index, array -> UnsafePointer<Float>? in
      if array.isEmpty { return nil }
      precondition(
        array.count == shape.outputChannels, "convolution \(shape): \(array.count) constants for its channels")
      let target = constants.base + index * shape.outputChannels
      array.withUnsafeBufferPointer { target.update(from: $0.baseAddress!, count: $0.count) }
      return UnsafePointer(target)
    }

    var c = vk_epilogue()
    c.bias = pointers[0]
    c.scale = pointers[1]
    c.shift = pointers[2]
    c.relu_first = epilogue.reluFirst
    c.residual_last = epilogue.residualLast
    c.apply(epilogue.activation)
    return (constants, c)
  }
}

extension vk_epilogue {
  fileprivate mutating func apply(_ activation: ConvolutionEpilogue.Activation) {
    switch activation {
    case .identity: clamp = false
    case .relu: (clamp, cap) = (true, .infinity)
    case .clamp(let limit): (clamp, cap) = (true, limit)
    }
  }
}
