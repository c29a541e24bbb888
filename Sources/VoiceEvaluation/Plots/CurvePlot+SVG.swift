extension CurvePlot {
  /// The plot as an SVG document of 640 × 480 units.
  package func svg() -> String {
    let frame = (left: 70.0, top: 40.0, width: 540.0, height: 370.0)
    func x(_ value: Double) -> Double { frame.left + frame.width * horizontal.share(value) }
    func y(_ value: Double) -> Double { frame.top + frame.height * (1 - vertical.share(value)) }
    func number(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    var lines = [
      #"<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480" viewBox="0 0 640 480""#
        + #" font-family="sans-serif" font-size="13">"#,
      #"<rect width="640" height="480" fill="white"/>"#,
      text(title, 340, 24, anchor: "middle", size: 16),
      text(horizontal.title, frame.left + frame.width / 2, 465, anchor: "middle"),
      #"<g transform="rotate(-90 20 225)">"# + text(vertical.title, 20, 225, anchor: "middle") + "</g>",
    ]
    for tick in horizontal.ticks {
      lines.append(rule(x(tick.place), frame.top, x(tick.place), frame.top + frame.height))
      lines.append(text(tick.label, x(tick.place), frame.top + frame.height + 18, anchor: "middle"))
    }
    for tick in vertical.ticks {
      lines.append(rule(frame.left, y(tick.place), frame.left + frame.width, y(tick.place)))
      lines.append(text(tick.label, frame.left - 6, y(tick.place) + 4, anchor: "end"))
    }
    lines.append(
      #"<rect x="\#(frame.left)" y="\#(frame.top)" width="\#(frame.width)" height="\#(frame.height)""#
        + #" fill="none" stroke="black"/>"#)
    for (index, curve) in curves.enumerated() {
      let points = curve.points.map { "\(number(x($0.x))),\(number(y($0.y)))" }.joined(separator: " ")
      lines.append(#"<polyline points="\#(points)" fill="none" stroke="\#(curve.colour.hex)" stroke-width="2"/>"#)
      lines.append(text(curve.name, frame.left + 12, frame.top + 20 + 18 * Double(index), colour: curve.colour.hex))
    }
    if let mark {
      lines.append(#"<circle cx="\#(number(x(mark.x)))" cy="\#(number(y(mark.y)))" r="4" fill="black"/>"#)
      lines.append(text(mark.label, x(mark.x) + 8, y(mark.y) - 8))
    }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    #"<line x1="\#(x1)" y1="\#(y1)" x2="\#(x2)" y2="\#(y2)" stroke="lightgrey"/>"#
  }

  private func text(
    _ text: String, _ x: Double, _ y: Double, anchor: String = "start", size: Int = 13, colour: String = "black"
  ) -> String {
    #"<text x="\#(x)" y="\#(y)" text-anchor="\#(anchor)" font-size="\#(size)" fill="\#(colour)">\#(text)</text>"#
  }
}

extension PNGImage.Colour {
  fileprivate var hex: String {
    "#" + [red, green, blue].map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
