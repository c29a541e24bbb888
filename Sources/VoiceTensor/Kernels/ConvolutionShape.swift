internal import CVoiceKernels

/// A pair of a vertical (frequency) and a horizontal (time) measure of a convolution.
package struct Extent: Sendable, Equatable {
  /// Along frequency.
  package var height: Int
  /// Along time.
  package var width: Int

  /// A pair; a sequence leaves the height at its neutral value.
  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// The geometry of a convolution of channels-last maps.
package struct ConvolutionShape: Sendable, Equatable, CustomStringConvertible {
  /// Channels read.
  package var inputChannels: Int
  /// Channels written.
  package var outputChannels: Int
  /// Taps.
  package var kernel: Extent
  /// Input pixels from one output pixel to the next.
  package var stride: Extent
  /// Input pixels from one tap to the next.
  package var dilation: Extent
  /// Zero pixels on each side.
  package var padding: Extent

  /// A two-dimensional convolution; the default is a 1×1 kernel, which is a linear layer.
  package init(
    inputChannels: Int, outputChannels: Int, kernel: Extent = Extent(height: 1, width: 1),
    stride: Extent = Extent(height: 1, width: 1), dilation: Extent = Extent(height: 1, width: 1),
    padding: Extent = Extent(height: 0, width: 0)
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    let positive = [
      inputChannels, outputChannels, kernel.height, kernel.width, stride.height, stride.width, dilation.height,
      dilation.width,
    ]
    precondition(positive.allSatisfy { $0 > 0 }, "convolution \(self): every measure is at least 1")
    precondition(padding.height >= 0 && padding.width >= 0, "convolution \(self): padding is not negative")
    precondition(
      kernel.height * kernel.width <= Int(VK_MAX_TAPS), "convolution \(self): at most \(VK_MAX_TAPS) taps")
  }

  /// A one-dimensional convolution along time.
  package init(
    inputChannels: Int, outputChannels: Int, kernelWidth: Int, stride: Int = 1, dilation: Int = 1, padding: Int = 0
  ) {
    self.init(
      inputChannels: inputChannels, outputChannels: outputChannels, kernel: Extent(height: 1, width: kernelWidth),
      stride: Extent(height: 1, width: stride), dilation: Extent(height: 1, width: dilation),
      padding: Extent(height: 0, width: padding))
  }

  /// Weights in PyTorch's order `[outputChannels][inputChannels][kernel height][kernel width]`.
  package var weightCount: Int { outputChannels * inputChannels * kernel.height * kernel.width }

  /// Height and width of the output of a map; 0 when the padded map is smaller than the kernel.
  package func output(height: Int, width: Int) -> Extent {
    func count(_ input: Int, kernel: Int, stride: Int, dilation: Int, padding: Int) -> Int {
      let room = input + 2 * padding - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : room / stride + 1
    }
    return Extent(
      height: count(
        height, kernel: kernel.height, stride: stride.height, dilation: dilation.height, padding: padding.height),
      width: count(
        width, kernel: kernel.width, stride: stride.width, dilation: dilation.width, padding: padding.width))
  }

  /// The halo that a map must have so that every pixel under the kernel can be read.
  package func halo(height: Int, width: Int) -> Halo {
    let output = output(height: height, width: width)
    let lastRow = (output.height - 1) * stride.height + (kernel.height - 1) * dilation.height - padding.height
    let lastColumn = (output.width - 1) * stride.width + (kernel.width - 1) * dilation.width - padding.width
    return Halo(
      top: padding.height, bottom: max(0, lastRow - height + 1), left: padding.width,
      right: max(0, lastColumn - width + 1))
  }

  /// Floating-point operations for an output of that size.
  package func operations(output: Extent) -> Int { 2 * weightCount * output.height * output.width }

  package var description: String {
    "\(inputChannels)→\(outputChannels) kernel \(kernel.height)×\(kernel.width)"
      + " stride \(stride.height)×\(stride.width) dilation \(dilation.height)×\(dilation.width)"
      + " padding \(padding.height)×\(padding.width)"
  }

  var c: vk_convolution_shape {
    vk_convolution_shape(
      input_channels: inputChannels, output_channels: outputChannels, kernel_height: kernel.height,
      kernel_width: kernel.width, stride_height: stride.height, stride_width: stride.width,
      dilation_height: dilation.height, dilation_width: dilation.width, padding_height: padding.height,
      padding_width: padding.width)
  }
}
