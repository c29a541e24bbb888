@testable import VoiceNN
import VoiceTensor

/// Every form in which a network uses a convolution, as a network of its own.
enum LayerForm: String, CaseIterable {
  case plain, withBias, normThenReLU, normThenReLUWithBias, normWithoutParameters, normThenClamp, reluThenNorm, residual
  case normActivation, dilated, strided, allFrequencies, linear, gatedAppend, statistics
}

/// The layers of a form; three channels in, five out.
struct LayerFormNetwork: Sendable {
  private let form: LayerForm
  private let main: ConvolutionLayer
  private let before: NormActivation?
  private let mask: ConvolutionLayer?

  init(_ form: LayerForm, _ scope: LayerScope) {
    self.form = form
    before = form == .normActivation ? NormActivation(scope("before"), channels: 3) : nil
    let one = ConvolutionShape(inputChannels: 3, outputChannels: 5)
    mask = form == .gatedAppend ? ConvolutionLayer(scope("mask"), one, weights: .sequence) : nil
    let (main, norm) = (scope("main"), scope("norm"))
    let three = ConvolutionShape(inputChannels: 3, outputChannels: 5, kernelWidth: 3, padding: 1)
    self.main =
      switch form {
      case .plain, .normActivation, .gatedAppend, .statistics: ConvolutionLayer(main, three, weights: .sequence)
      case .withBias: ConvolutionLayer(main, three, weights: .sequence, bias: true, activation: .relu)
      case .normThenReLU: ConvolutionLayer(main, three, weights: .sequence, norm: norm, activation: .relu)
      case .normThenReLUWithBias:
        ConvolutionLayer(main, three, weights: .sequence, bias: true, norm: norm, activation: .relu)
      case .normWithoutParameters: ConvolutionLayer(main, three, weights: .sequence, norm: norm, affine: false)
      case .normThenClamp:
        ConvolutionLayer(main, three, weights: .sequence, norm: norm, activation: .clamp(upTo: 0.5))
      case .reluThenNorm: ConvolutionLayer(main, three, weights: .sequence, bias: true, norm: norm, order: .reluFirst)
      case .residual:
        ConvolutionLayer(
          main, .init(inputChannels: 3, outputChannels: 3), weights: .sequence, norm: norm, activation: .relu)
      case .dilated:
        ConvolutionLayer(
          main, .init(inputChannels: 3, outputChannels: 5, kernelWidth: 3, dilation: 2, padding: 2), weights: .sequence)
      case .strided:
        ConvolutionLayer(
          main,
          .init(
            inputChannels: 3, outputChannels: 5, kernel: .init(height: 3, width: 3), stride: .init(height: 2, width: 1),
            padding: .init(height: 1, width: 1)),
          weights: .plane, norm: norm, layout: .init(halo: .init(height: 1, width: 1)))
      case .allFrequencies:
        ConvolutionLayer(
          main,
          .init(
            inputChannels: 3, outputChannels: 5, kernel: .init(height: 4, width: 5), stride: .init(height: 1, width: 2),
            padding: .init(height: 0, width: 2)),
          weights: .sequence, norm: norm)
      case .linear: ConvolutionLayer(main, one, weights: .vector, bias: true)
      }
  }

  /// Height of the maps that the form reads.
  static func height(_ form: LayerForm) -> Int { form == .strided ? 5 : form == .allFrequencies ? 4 : 1 }

  func forward<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    switch form {
    case .residual: return main(x, run, residual: x)
    case .normActivation: return main(before!(x, run), run)
    case .statistics: return run.statisticsPooling(main(x, run), .deviation)
    case .gatedAppend:
      let context = run.add(run.meanOverTime(x), toEachFrameOf: run.segmentMean(x, length: 4))
      return run.append(main, x, gate: run.sigmoid(mask!(context, run)), segmentLength: 4, to: x)
    default: return main(x, run)
    }
  }
}
