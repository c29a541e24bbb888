import Testing

@testable import VoiceEvaluation

@Suite("Plots")
struct PlotTests {
  private func curve() throws -> DetectionCurve {
    var scores = TrialScores()
    for index in 0..<500 {
      scores.add(0.3 + Float(index) / 1000, isTarget: true)
      scores.add(-0.1 + Float(index) / 1000, isTarget: false)
    }
    return try DetectionCurve(scores)
  }

  @Test("The normal deviate is that of the tables")
  func deviate() {
    for (share, value) in [(0.5, 0.0), (0.001, -3.090232306), (0.975, 1.959963985), (0.999, 3.090232306)] {
      #expect(abs(NormalDeviate.of(share) - value) < 1e-6)
    }
  }

  @Test("An SVG names its axes, numbers and the equal error rate, and every line is inside")
  func svg() throws {
    for plot in [CurvePlot.errorRates(try curve()), .detectionErrorTradeoff(try curve())] {
      let text = plot.svg()
      #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
      #expect(text.contains(plot.horizontal.title) && text.contains(plot.vertical.title) && text.contains("EER 10.0%"))
      #expect((4...12).contains(plot.vertical.ticks.count) && (4...12).contains(plot.horizontal.ticks.count))
      for point in plot.curves.flatMap(\.points) {
        #expect((-0.001...1.001).contains(plot.horizontal.share(point.x)))
        #expect((-0.001...1.001).contains(plot.vertical.share(point.y)))
      }
    }
  }

  @Test("A picture holds every colour of its curves")
  func picture() throws {
    let image = CurvePlot.errorRates(try curve()).image()
    let colours = stride(from: 0, to: image.pixels.count, by: 3).map { Array(image.pixels[$0..<$0 + 3]) }
    #expect(Set(colours).count == 5)
    #expect(colours.count == 640 * 480)
    let bytes = image.bytes()
    #expect(bytes.prefix(4).elementsEqual([0x89, 0x50, 0x4E, 0x47]))
  }
}
