internal import CVoiceKernels

/// Measures what one thread computes in warm caches.
package enum KernelBenchmark {
  /// Most GFLOP/s of this core now: multiply-adds in registers, the best of several runs.
  package static func peak(isa: KernelISA = .best, precision: KernelPrecision = .float32) -> Double {
    let clock = ContinuousClock()
    return (0..<9).map { _ in
      var sink: Float = 0.5
      let begin = clock.now
      let operations = vk_convolution_peak(isa.identifier(precision), 400_000, &sink)
      precondition(sink.isFinite, "multiply-adds that stay finite")
      return Double(operations) / ((clock.now - begin) / .nanoseconds(1))
    }.max() ?? 0
  }

  /// The median GFLOP/s (2 · products of the definition, whatever the algorithm) of `repetitions` runs of a convolution
  /// on random activations `[height][width]`.
  package static func convolution(
    _ shape: ConvolutionShape, height: Int = 1, width: Int, algorithm: PackedConvolution.Algorithm? = nil,
    isa: KernelISA = .best, precision: KernelPrecision = .float32, repetitions: Int = 20
  ) -> Double {
    let weights = (0..<shape.weightCount).map { Float($0 % 17 - 8) / 64 }
    let convolution = weights.withUnsafeBufferPointer {
      PackedConvolution(shape: shape, weights: $0, algorithm: algorithm, isa: isa, precision: precision)
    }
    let (source, target, scratch) = (ActivationBuffer(), ActivationBuffer(), KernelScratch())
    let input = source.reshape(
      height: height, width: width, channels: shape.inputChannels, halo: shape.halo(height: height, width: width))
    for y in 0..<height {
      for x in 0..<width * input.view.pixelPitch {
        input.base[y * input.view.rowPitch + x] = Float((x + y) % 13 - 6) / 8
      }
    }
    let size = shape.output(height: height, width: width)
    let output = target.reshape(height: size.height, width: size.width, channels: shape.outputChannels)

    let clock = ContinuousClock()
    let durations = (0..<max(1, repetitions)).map { _ in
      clock.measure { convolution.run(input: input.view, output: output, scratch: scratch) }
    }
    let median = durations.sorted()[durations.count / 2]
    return Double(shape.operations(output: size)) / (median / .nanoseconds(1))
  }
}
