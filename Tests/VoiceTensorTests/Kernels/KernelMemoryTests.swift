import Testing

@testable import VoiceTensor

@Suite struct KernelMemoryTests {
  @Test("Memory is zeroed and aligned, small and large", arguments: [0, 1, 1000, 300_000, 1_000_000])
  func alignedMemory(count: Int) {
    let floats = AlignedFloats(count: count)
    #expect(UInt(bitPattern: floats.base) % 64 == 0)
    #expect(UnsafeBufferPointer(start: floats.base, count: count).allSatisfy { $0 == 0 })
  }

  @Test("A reshaped buffer zeroes its halo again and keeps its memory when it is large enough")
  func reshapeClearsHalo() {
    let buffer = ActivationBuffer()
    let first = buffer.reshape(height: 4, width: 9, channels: 3)
    first.base.update(repeating: 7, count: 4 * 9 * 3)
    let bytes = buffer.memoryBytes

    let second = buffer.reshape(height: 1, width: 4, channels: 2, halo: Halo(top: 1, bottom: 2, left: 3, right: 1))
    #expect(buffer.memoryBytes == bytes)
    #expect(second.view.rowPitch == 16)
    for y in -1..<3 {
      for x in -3..<5 where y != 0 || x < 0 || x >= 4 {
        #expect(second.base[y * 16 + x * 2] == 0 && second.base[y * 16 + x * 2 + 1] == 0)
      }
    }
  }

  @Test("Wide pixels are an odd number of cache lines apart", arguments: [1, 32, 64, 100, 512, 1024])
  func pixelPitch(channels: Int) {
    let pitch = ActivationBuffer.pixelPitch(channels: channels)
    #expect(pitch >= channels && (channels < 64 || pitch % 32 == 16))
  }

  @Test(
    "Scratch stops growing after the largest convolution",
    arguments: [PackedConvolution.Algorithm.direct, .winograd])
  func scratchStopsGrowing(algorithm: PackedConvolution.Algorithm) {
    let shape = ConvolutionShape(inputChannels: 16, outputChannels: 16, kernelWidth: 3, padding: 1)
    let convolution = [Float](repeating: 1, count: shape.weightCount).withUnsafeBufferPointer {
      PackedConvolution(shape: shape, weights: $0, algorithm: algorithm)
    }
    let scratch = KernelScratch()
    let input = AlignedFloats(count: 16 * 40)
    let output = AlignedFloats(count: 16 * 40)
    var sizes: [Int] = []
    for width in [40, 40, 7] {
      convolution.run(
        input: ActivationView(base: input.base, width: width, channels: 16),
        output: MutableActivationView(base: output.base, width: width, channels: 16), scratch: scratch)
      sizes.append(scratch.memoryBytes)
    }
    #expect(sizes[0] > 0 && sizes == [sizes[0], sizes[0], sizes[0]])
  }

  @Test("Layers of an arena lie side by side, keep its memory and give the same result")
  func arenaKeepsWeights() {
    let shape = ConvolutionShape(inputChannels: 20, outputChannels: 37, kernelWidth: 3, padding: 1)
    var numbers = TestNumbers(seed: 5)
    let weights = (0..<4).map { _ in numbers.next(shape.weightCount) }
    func pack(_ arena: WeightArena?) -> [PackedConvolution] {
      weights.map { $0.withUnsafeBufferPointer { PackedConvolution(shape: shape, weights: $0, arena: arena) } }
    }
    let input = numbers.next(20 * 31)
    func run(_ layers: [PackedConvolution]) -> [[Float]] {
      layers.indices.map { index in
        var output = [Float](repeating: 0, count: 37 * 31)
        input.withUnsafeBufferPointer { input in
          output.withUnsafeMutableBufferPointer { output in
            layers[index].run(
              input: ActivationView(base: input.baseAddress!, width: 31, channels: 20),
              output: MutableActivationView(base: output.baseAddress!, width: 31, channels: 37),
              following: layers[(index + 1) % layers.count], scratch: KernelScratch())
          }
        }
        return output
      }
    }
    #expect(run(pack(WeightArena())) == run(pack(nil)))
  }

  @Test("An arena takes layers that are larger than its chunks")
  func arenaGrows() {
    let arena = WeightArena()
    let sizes = [100, 3_000_000, 17, 1_000_000, 60_000]
    let slices = sizes.map { arena.take(count: $0) }
    for (slice, size) in zip(slices, sizes) {
      #expect(UInt(bitPattern: slice.base) % 64 == 0)
      slice.base.update(repeating: Float(size), count: size)
    }
    for (slice, size) in zip(slices, sizes) {
      #expect(UnsafeBufferPointer(start: slice.base, count: size).allSatisfy { $0 == Float(size) })
    }
    #expect(slices[4].countToFetch <= 40960 && slices[2].countToFetch > 17)
  }

  @Test("The benchmark reports a speed")
  func benchmarkReportsSpeed() {
    let shape = ConvolutionShape(inputChannels: 32, outputChannels: 32, kernelWidth: 3, padding: 1)
    for isa in KernelISA.supported {
      #expect(KernelBenchmark.convolution(shape, width: 30, isa: isa, repetitions: 3) > 0)
    }
  }

  @Test("Denormals are zero inside the scope and only there")
  func denormals() {
    var tiny = Float.leastNormalMagnitude
    withUnsafeMutablePointer(to: &tiny) { tiny in
      withFlushedDenormals { #expect(Self.half(tiny) == 0) }
      #expect(Self.half(tiny) > 0)
    }
  }

  @Test("The thread's mode is restored when the body throws")
  func denormalsAfterError() {
    struct Failure: Error {}
    var tiny = Float.leastNormalMagnitude
    #expect(throws: Failure.self) { try withFlushedDenormals { throw Failure() } }
    withUnsafeMutablePointer(to: &tiny) { #expect(Self.half($0) > 0) }
  }

  /// Kept apart, so that the division happens at run time.
  @inline(never) static func half(_ x: UnsafeMutablePointer<Float>) -> Float { x.pointee / 2 }
}
