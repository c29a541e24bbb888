extension CurvePlot {
  /// The plot as a picture of 640 × 480 pixels.
  package func image() -> PNGImage {
    var image = PNGImage(width: 640, height: 480)
    let (left, top, width, height) = (60, 30, 560, 390)
    func x(_ value: Double) -> Int { left + Int((Double(width) * horizontal.share(value)).rounded()) }
    func y(_ value: Double) -> Int { top + Int((Double(height) * (1 - vertical.share(value))).rounded()) }

    image.write(title, x: 320, y: 10, .centre, .black)
    image.write(horizontal.title, x: left + width / 2, y: 460, .centre, .black)
    image.write(vertical.title, x: 4, y: 12, .left, .black)
    for tick in horizontal.ticks {
      image.line(from: (x(tick.place), top), to: (x(tick.place), top + height), .grey)
      image.write(tick.label, x: x(tick.place), y: top + height + 8, .centre, .black)
    }
    for tick in vertical.ticks {
      image.line(from: (left, y(tick.place)), to: (left + width, y(tick.place)), .grey)
      image.write(tick.label, x: left - 5, y: y(tick.place) - 3, .right, .black)
    }
    let corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height), (left, top)]
    for (start, end) in zip(corners, corners.dropFirst()) { image.line(from: start, to: end, .black) }
    for (index, curve) in curves.enumerated() {
      for (start, end) in zip(curve.points, curve.points.dropFirst()) {
        // Twice, a pixel apart, for a line that can be seen.
        for offset in 0...1 {
          image.line(from: (x(start.x), y(start.y) + offset), to: (x(end.x), y(end.y) + offset), curve.colour)
        }
      }
      image.write(curve.name, x: left + 10, y: top + 10 + 12 * index, .left, curve.colour)
    }
    if let mark {
      for offset in -3...3 {
        image.line(from: (x(mark.x) - 3, y(mark.y) + offset), to: (x(mark.x) + 3, y(mark.y) + offset), .black)
      }
      image.write(mark.label, x: x(mark.x) + 8, y: y(mark.y) - 12, .left, .black)
    }
    return image
  }
}

extension PNGImage {
  enum Alignment { case left, centre, right }

  /// Writes in capitals of 5 × 7 pixels; what has no glyph is left empty.
  mutating func write(_ text: String, x: Int, y: Int, _ alignment: Alignment, _ colour: Colour) {
    let width = 6 * text.count - 1
    var place =
      switch alignment {
      case .left: x
      case .centre: x - width / 2
      case .right: x - width
      }
    for character in text {
      for (row, bits) in (PixelFont.glyphs[character] ?? []).enumerated() {
        for column in 0..<5 where bits >> (4 - column) & 1 == 1 { set(place + column, y + row, colour) }
      }
      place += 6
    }
  }
}

/// Letters as seven rows of five bits.
private enum PixelFont {
  static let glyphs: [Character: [UInt8]] = [
    "0": [14, 17, 19, 21, 25, 17, 14], "1": [4, 12, 4, 4, 4, 4, 14], "2": [14, 17, 1, 2, 4, 8, 31],
    "3": [31, 2, 4, 2, 1, 17, 14], "4": [2, 6, 10, 18, 31, 2, 2], "5": [31, 16, 30, 1, 1, 17, 14],
    "6": [6, 8, 16, 30, 17, 17, 14], "7": [31, 1, 2, 4, 8, 8, 8], "8": [14, 17, 17, 14, 17, 17, 14],
    "9": [14, 17, 17, 15, 1, 2, 12], ".": [0, 0, 0, 0, 0, 12, 12], "-": [0, 0, 0, 31, 0, 0, 0],
    "%": [24, 25, 2, 4, 8, 19, 3], "A": [14, 17, 17, 31, 17, 17, 17], "D": [30, 17, 17, 17, 17, 17, 30],
    "E": [31, 16, 16, 30, 16, 16, 31], "F": [31, 16, 16, 30, 16, 16, 16], "H": [17, 17, 17, 31, 17, 17, 17],
    "I": [14, 4, 4, 4, 4, 4, 14], "L": [16, 16, 16, 16, 16, 16, 31], "M": [17, 27, 21, 21, 17, 17, 17],
    "N": [17, 25, 21, 19, 17, 17, 17], "O": [14, 17, 17, 17, 17, 17, 14], "P": [30, 17, 17, 30, 16, 16, 16],
    "R": [30, 17, 17, 30, 20, 18, 17], "S": [15, 16, 16, 14, 1, 1, 30], "T": [31, 4, 4, 4, 4, 4, 4],
  ]
}
