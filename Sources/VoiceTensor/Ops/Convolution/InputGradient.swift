/// The gradient of a convolution by its input: convolutions of dy with the kernel turned round.
///
/// A stride s parts the input into s phases along its axis; the pixels of a phase see every s-th tap at most, and see
/// them as a convolution of stride 1 does. So there is a packed convolution for each pair of phases, which writes to
/// every s-th pixel, and no product with an inserted zero.
struct InputGradient {
  private struct Phase {
    let rows: PhaseAxis
    let columns: PhaseAxis
    let packed: PackedConvolution
  }

  private let geometry: ConvolutionBatch
  private let phases: [Phase]
  /// Zeros that the phases read around dy.
  private let halo: Halo
  /// Whether the phases write every pixel of the input.
  private let coversInput: Bool

  init(_ geometry: ConvolutionBatch, weight: Tensor, _ team: TensorTeam) {
    self.geometry = geometry
    let shape = geometry.shape
    let rows = PhaseAxis.all(
      size: geometry.height, kernel: shape.kernel.height, stride: shape.stride.height, dilation: shape.dilation.height,
      padding: shape.padding.height)
    let columns = PhaseAxis.all(
      size: geometry.width, kernel: shape.kernel.width, stride: shape.stride.width, dilation: shape.dilation.width,
      padding: shape.padding.width)
    let seen = (rows.filter { !$0.taps.isEmpty }, columns.filter { !$0.taps.isEmpty })
    coversInput = seen.0.count == rows.count && seen.1.count == columns.count
    phases = seen.0.flatMap { rows in
      seen.1.map { Phase(rows: rows, columns: $0, packed: Self.pack(shape, weight, rows, $0, team)) }
    }
    func edge(_ values: [Int]) -> Int { values.reduce(0, max) }
    halo = Halo(
      top: edge(seen.0.map { -$0.offset }), bottom: edge(seen.0.map { $0.end - geometry.output.height }),
      left: edge(seen.1.map { -$0.offset }), right: edge(seen.1.map { $0.end - geometry.output.width }))
  }

  func run(_ dy: Tensor, _ team: TensorTeam) -> Tensor {
    Tensor(geometry.inputShape) { dx in
      dy.read { dy in
        if geometry.isPointwise { return team.run(phases[0].packed, pixels: geometry.outputPixels, dy.base, dx) }
        let scratch = team.scratch()
        team.forEach(geometry.batch) { item, thread in
          let target = dx + item * geometry.inputSize
          if !coversInput { target.update(repeating: 0, count: geometry.inputSize) }
          let source = ActivationView(
            base: dy.base + item * geometry.outputSize, height: geometry.output.height, width: geometry.output.width,
            channels: geometry.shape.outputChannels)
          let padded = halo == .none ? source : scratch[thread].padding(source, halo: halo)
          for phase in phases { run(phase, padded, target, scratch[thread]) }
        }
      }
    }
  }

  private func run(
    _ phase: Phase, _ dy: ActivationView, _ dx: UnsafeMutablePointer<Float>, _ scratch: KernelScratch
  ) {
    let (rows, columns, shape) = (phase.rows, phase.columns, geometry.shape)
    let rowPitch = geometry.width * shape.inputChannels
    phase.packed.run(
      input: ActivationView(
        base: dy.base + rows.offset * dy.rowPitch + columns.offset * dy.pixelPitch, height: rows.reach,
        width: columns.reach, channels: dy.channels, pixelPitch: dy.pixelPitch, rowPitch: dy.rowPitch),
      output: MutableActivationView(
        base: dx + rows.first * rowPitch + columns.first * shape.inputChannels, height: rows.count,
        width: columns.count, channels: shape.inputChannels, pixelPitch: shape.stride.width * shape.inputChannels,
        rowPitch: shape.stride.height * rowPitch),
      scratch: scratch)
  }

  /// The taps of a phase from outputs to inputs.
  private static func pack(
    _ shape: ConvolutionShape, _ weight: Tensor, _ rows: PhaseAxis, _ columns: PhaseAxis, _ team: TensorTeam
  ) -> PackedConvolution {
    let turned = ConvolutionShape(
      inputChannels: shape.outputChannels, outputChannels: shape.inputChannels,
      kernel: Extent(height: rows.taps.count, width: columns.taps.count),
      dilation: Extent(height: rows.step, width: columns.step))
    let (inputs, outputs, taps) = (shape.inputChannels, shape.outputChannels, shape.kernel.height * shape.kernel.width)
    let places = rows.taps.flatMap { row in columns.taps.map { row * shape.kernel.width + $0 } }
    let weights = Tensor([inputs, outputs, places.count]) { target in
      weight.read { weight in
        team.forEachCut(of: inputs, size: outputs * places.count) { cut in
          for input in cut {
            for output in 0..<outputs {
              let (from, to) = ((output * inputs + input) * taps, (input * outputs + output) * places.count)
              for (index, place) in places.enumerated() { target[to + index] = weight.base[from + place] }
            }
          }
        }
      }
    }
    return weights.values.withUnsafeBufferPointer { PackedConvolution(shape: turned, weights: $0, algorithm: .direct) }
  }
}

/// The pixels first, first + stride, … of an axis of the input, and the outputs that read them.
struct PhaseAxis {
  /// The first pixel.
  let first: Int
  /// How many there are.
  let count: Int
  /// The taps that reach them, the last first: in the order in which their outputs lie.
  let taps: [Int]
  /// The output that reads the first pixel through the first of these taps; outputs may lie outside of the map.
  let offset: Int
  /// From the output of a tap to that of the next.
  let step: Int

  /// Outputs under the taps of all pixels.
  var reach: Int { count + (taps.count - 1) * step }
  /// Behind the last of them.
  var end: Int { offset + reach }

  /// The phases that have a pixel.
  static func all(size: Int, kernel: Int, stride: Int, dilation: Int, padding: Int) -> [PhaseAxis] {
    (0..<min(stride, size)).map { first in
      // Tap k of output o reads pixel o · stride + k · dilation − padding.
      let taps = (0..<kernel).reversed().filter { (first + padding - $0 * dilation) % stride == 0 }
      let outputs = taps.map { (first + padding - $0 * dilation) / stride }
      return PhaseAxis(
        first: first, count: (size - first + stride - 1) / stride, taps: taps, offset: outputs.first ?? 0,
        step: outputs.count > 1 ? outputs[1] - outputs[0] : 1)
    }
  }
}
