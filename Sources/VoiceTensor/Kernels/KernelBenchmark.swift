/// Measures the speed of a convolution on random activations, one thread, warm caches.
package enum KernelBenchmark {
  /// The median GFLOP/s (2 · products of the definition, whatever the algorithm) of `repetitions` runs on a map
  /// `[height][width]`.
  package static func convolution(
    _ shape: ConvolutionShape, height: Int = 1, width: Int, algorithm: PackedConvolution.Algorithm? = nil,
    isa: KernelISA = .best, repetitions: Int = 20
  ) -> Double {
    let weights = (0..<shape.weightCount).map { Float($0 % 17 - 8) / 64 }
    let convolution = weights.withUnsafeBufferPointer {
      PackedConvolution(shape: shape, weights: $0, algorithm: algorithm, isa: isa)
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
