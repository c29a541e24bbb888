/// The pixels under a kernel as the rows of a matrix `[output pixels, taps · inputs]` ("im2col"), and back.
struct PatchMatrix {
  private let shape: ConvolutionShape
  private let height: Int
  private let width: Int
  private let output: Extent

  init(shape: ConvolutionShape, height: Int, width: Int) {
    self.shape = shape
    self.height = height
    self.width = width
    output = shape.output(height: height, width: width)
  }

  /// Output pixels.
  var rows: Int { output.height * output.width }

  /// Values under the kernel.
  var columns: Int { shape.kernel.height * shape.kernel.width * shape.inputChannels }

  /// The patches of the map that begins at `first`; zero outside of it.
  func gather(_ map: [Float], from first: Int) -> [Float] {
    var patches = [Float](repeating: 0, count: rows * columns)
    map.withUnsafeBufferPointer { map in
      patches.withUnsafeMutableBufferPointer { patches in
        forEachPixel { patch, pixel in
          for channel in 0..<shape.inputChannels { patches[patch + channel] = map[first + pixel + channel] }
        }
      }
    }
    return patches
  }

  /// Adds every value of the patches to the pixel of the map it came from.
  func scatter(_ patches: [Float], addingTo map: inout [Float], from first: Int) {
    patches.withUnsafeBufferPointer { patches in
      map.withUnsafeMutableBufferPointer { map in
        forEachPixel { patch, pixel in
          for channel in 0..<shape.inputChannels { map[first + pixel + channel] += patches[patch + channel] }
        }
      }
    }
  }

  /// Calls `body` with the first value of each tap of each patch and that of its pixel, where there is one.
  private func forEachPixel(_ body: (_ patch: Int, _ pixel: Int) -> Void) {
    var patch = 0
    for y in 0..<output.height {
      for x in 0..<output.width {
        for i in 0..<shape.kernel.height {
          let row = y * shape.stride.height + i * shape.dilation.height - shape.padding.height
          for j in 0..<shape.kernel.width {
            let column = x * shape.stride.width + j * shape.dilation.width - shape.padding.width
            if (0..<height).contains(row), (0..<width).contains(column) {
              body(patch, (row * width + column) * shape.inputChannels)
            }
            patch += shape.inputChannels
          }
        }
      }
    }
  }
}
