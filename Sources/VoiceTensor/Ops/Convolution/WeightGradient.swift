/// The gradient of a convolution by its weights: for every row of outputs, the products of dy with the windows of x,
/// which are read where they lie; only the zeros around the maps take a copy.
struct WeightGradient {
  /// Pieces of work.
  private static let pieces = 8
  /// Rows at a time: the kernel halves them, and an utterance of 3 s has 298.
  private static let rowsAtOnce = 320

  /// Sums that fit into half of a second-level cache of 1 MB.
  private static let sumsAtOnce = 1 << 17

  private let geometry: ConvolutionBatch
  /// Up to so many weights, threads take maps and sum into memory of their own; else they take columns of the sums.
  private let fewWeights: Int
  /// The rows that are multiplied: `lines` of `width` outputs; all pixels are one line where a kernel is one tap.
  private let lines: Int
  private let width: Int
  /// Outputs in steps of the kernels.
  private let outputs: Int
  /// Values of neighbouring taps that one product takes together.
  private let columns: Int
  private let halo: Halo

  init(_ geometry: ConvolutionBatch, fewWeights: Int = 1 << 15) {
    self.geometry = geometry
    self.fewWeights = fewWeights
    let (shape, step) = (geometry.shape, TrainingKernels.outputStep)
    outputs = (shape.outputChannels + step - 1) / step * step
    if geometry.isPointwise {
      (lines, width) = ((geometry.outputPixels + Self.rowsAtOnce - 1) / Self.rowsAtOnce, Self.rowsAtOnce)
    } else {
      (lines, width) = (geometry.batch * geometry.output.height, geometry.output.width)
    }
    columns = shape.inputChannels * (shape.dilation.width == 1 ? shape.kernel.width : 1)
    halo = shape.halo(height: geometry.height, width: geometry.width)
  }

  private var taps: Int { geometry.shape.kernel.height * geometry.shape.kernel.width }
  private var sumCount: Int { taps * geometry.shape.inputChannels * outputs }

  /// `[outputs, inputs, taps]`.
  func run(_ x: Tensor, _ dy: Tensor, _ team: TensorTeam) -> Tensor {
    let paddedX = halo == .none ? nil : padded(x, team)
    let wideDy = outputs == geometry.shape.outputChannels ? nil : widened(dy, team)
    return x.read { x in
      dy.read { dy in
        let source = Source(x: paddedX?.memory ?? x.base, dy: wideDy?.memory ?? dy.base)
        let sums = sumCount <= fewWeights ? sumByLines(source, team) : sumByColumns(source, team)
        return withExtendedLifetime((paddedX, wideDy)) { inOrder(sums, team) }
      }
    }
  }

  /// Both factors with whatever they need around them.
  private struct Source {
    let x: UnsafePointer<Float>
    let dy: UnsafePointer<Float>
  }

  // ---- Pieces of work ----

  private func sumByLines(_ source: Source, _ team: TensorTeam) -> AlignedFloats {
    let pieces = min(Self.pieces, lines)
    let partial = AlignedFloats(count: pieces * sumCount)
    team.forEach(pieces) { piece, _ in
      for line in lines * piece / pieces..<lines * (piece + 1) / pieces {
        for product in products(line: line) {
          add(product, 0..<columns, line, source, to: partial.base + piece * sumCount)
        }
      }
    }
    let sums = partial.base
    for piece in 1..<max(pieces, 1) {
      VectorKernels.best.add(sums, sums + piece * sumCount, sums, count: sumCount)
    }
    return partial
  }

  private func sumByColumns(_ source: Source, _ team: TensorTeam) -> AlignedFloats {
    let sums = AlignedFloats(count: sumCount)
    let products = products(line: 0).count
    let step = columnsAtOnce(products: products)
    let cuts = (columns + step - 1) / step
    team.forEach(products * cuts) { piece, _ in
      let range = piece % cuts * step..<min((piece % cuts + 1) * step, columns)
      for line in 0..<lines {
        add(self.products(line: line)[piece / cuts], range, line, source, to: sums.base)
      }
    }
    return sums
  }

  /// All of dy is read for each cut of the columns, and their sums should stay in the second-level cache: cuts are as
  /// wide as that and a fair share of the work allow, and equal but for steps of a register tile.
  private func columnsAtOnce(products: Int) -> Int {
    let widest = min(264, Self.sumsAtOnce / outputs)
    let wanted = max(min(132, widest), min(widest, products * columns / Self.pieces))
    var cuts = (columns + wanted - 1) / max(wanted, 1)
    // Two or four threads then have equal shares.
    while !(products * cuts).isMultiple(of: 4) { cuts += 1 }
    return ((columns + cuts - 1) / cuts + 11) / 12 * 12
  }

  // ---- Products ----

  /// A tap, or the taps of a row of the kernel, with one line of dy.
  private struct Product {
    /// The first value of the window of the line's first pixel.
    let window: Int
    /// The first column of the sums.
    let column: Int
  }

  private func products(line: Int) -> [Product] {
    let shape = geometry.shape
    if geometry.isPointwise { return [Product(window: line * width * shape.inputChannels, column: 0)] }
    let (item, row) = (line / geometry.output.height, line % geometry.output.height)
    let parts = shape.dilation.width == 1 ? 1 : shape.kernel.width
    return (0..<shape.kernel.height).flatMap { k in
      let first = (item * paddedHeight + row * shape.stride.height + k * shape.dilation.height) * paddedWidth
      return (0..<parts).map { l in
        Product(
          window: (first + l * shape.dilation.width) * shape.inputChannels,
          column: (k * shape.kernel.width + l) * shape.inputChannels)
      }
    }
  }

  /// Adds the columns `range` of a product.
  private func add(
    _ product: Product, _ range: Range<Int>, _ line: Int, _ source: Source, to sums: UnsafeMutablePointer<Float>
  ) {
    let pitch = geometry.shape.stride.width * geometry.shape.inputChannels
    let end = geometry.isPointwise ? min(width, geometry.outputPixels - line * width) : width
    for first in stride(from: 0, to: end, by: Self.rowsAtOnce) {
      TrainingKernels.best.outerProducts(
        rows: min(Self.rowsAtOnce, end - first), columns: range.count, outputs: outputs,
        x: source.x + product.window + first * pitch + range.lowerBound, xPitch: pitch,
        dy: source.dy + (line * width + first) * outputs, dyPitch: outputs,
        sums: sums + (product.column + range.lowerBound) * outputs, sumsPitch: outputs)
    }
  }

  // ---- Copies ----

  private var paddedHeight: Int { halo.top + geometry.height + halo.bottom }
  private var paddedWidth: Int { halo.left + geometry.width + halo.right }

  /// All maps with zeros around them.
  private func padded(_ x: Tensor, _ team: TensorTeam) -> AlignedFloats {
    let channels = geometry.shape.inputChannels
    let rowSize = geometry.width * channels
    let maps = AlignedFloats(count: geometry.batch * paddedHeight * paddedWidth * channels)
    x.read { x in
      team.forEach(geometry.batch) { item, _ in
        for row in 0..<geometry.height {
          let pixel = (item * paddedHeight + halo.top + row) * paddedWidth + halo.left
          (maps.base + pixel * channels).update(
            from: x.base + (item * geometry.height + row) * rowSize, count: rowSize)
        }
      }
    }
    return maps
  }

  /// dy with zeros behind the channels of every pixel.
  private func widened(_ dy: Tensor, _ team: TensorTeam) -> AlignedFloats {
    let channels = geometry.shape.outputChannels
    let wide = AlignedFloats(count: geometry.outputPixels * outputs)
    dy.read { dy in
      team.forEachCut(of: geometry.outputPixels, size: outputs) { pixels in
        for pixel in pixels {
          (wide.base + pixel * outputs).update(from: dy.base + pixel * channels, count: channels)
        }
      }
    }
    return wide
  }

  /// From `[taps][inputs][outputs in steps]` to PyTorch's order.
  private func inOrder(_ sums: AlignedFloats, _ team: TensorTeam) -> Tensor {
    let (inputs, outputChannels) = (geometry.shape.inputChannels, geometry.shape.outputChannels)
    return Tensor([outputChannels, inputs, taps]) { target in
      team.forEachCut(of: outputChannels, size: inputs * taps) { cut in
        for output in cut {
          for tap in 0..<taps {
            let source = sums.base + tap * inputs * outputs + output
            let row = target + output * inputs * taps + tap
            for input in 0..<inputs { row[input * taps] = source[input * outputs] }
          }
        }
      }
    }
  }
}

extension AlignedFloats {
  fileprivate var memory: UnsafePointer<Float> { UnsafePointer(base) }
}
