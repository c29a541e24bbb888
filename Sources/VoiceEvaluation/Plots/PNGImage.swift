internal import VoiceTensor

/// A small picture of 8-bit red, green and blue, and its PNG (ISO 15948) without compression.
package struct PNGImage: Sendable, Hashable {
  /// A colour.
  package struct Colour: Sendable, Hashable {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    static let white = Colour(red: 255, green: 255, blue: 255)
    static let black = Colour(red: 0, green: 0, blue: 0)
    static let grey = Colour(red: 205, green: 205, blue: 205)
    static let blue = Colour(red: 31, green: 90, blue: 180)
    static let red = Colour(red: 200, green: 40, blue: 40)
  }

  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Red, green, blue of each pixel, row by row from the top.
  private(set) var pixels: [UInt8]

  /// A white picture.
  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 255, count: 3 * width * height)
  }

  /// Colours a pixel; what lies outside is left out.
  mutating func set(_ x: Int, _ y: Int, _ colour: Colour) {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return }
    let first = 3 * (y * width + x)
    (pixels[first], pixels[first + 1], pixels[first + 2]) = (colour.red, colour.green, colour.blue)
  }

  /// A straight line (Bresenham 1965).
  mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ colour: Colour) {
    var (x, y) = start
    let (width, height) = (abs(end.x - x), -abs(end.y - y))
    let (right, down) = (x < end.x ? 1 : -1, y < end.y ? 1 : -1)
    var error = width + height
    while true {
      set(x, y, colour)
      if (x, y) == end { return }
      let twice = 2 * error
      if twice >= height {
        error += height
        x += right
      }
      if twice <= width {
        error += width
        y += down
      }
    }
  }

  /// The file.
  package func bytes() -> [UInt8] {
    var header: [UInt8] = []
    for size in [width, height] { header += Self.bigEndian(UInt32(size)) }
    header += [8, 2, 0, 0, 0]  // 8 bits, RGB, deflate, standard filters, not interlaced
    var rows: [UInt8] = []
    rows.reserveCapacity(pixels.count + height)
    for row in 0..<height {
      rows.append(0)  // no filter
      rows += pixels[3 * row * width..<3 * (row + 1) * width]
    }
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return signature + Self.chunk("IHDR", header) + Self.chunk("IDAT", Self.zlib(rows)) + Self.chunk("IEND", [])
  }

  /// A zlib stream (RFC 1950) of stored blocks (RFC 1951).
  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var first = 0
    repeat {
      let count = min(65_535, data.count - first)
      let low = [UInt8(count & 0xFF), UInt8(count >> 8)]
      stream += [first + count == data.count ? 1 : 0] + low + low.map { ~$0 }
      stream += data[first..<first + count]
      first += count
    } while first < data.count
    var (a, b): (UInt32, UInt32) = (1, 0)  // Adler-32
    for byte in data {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return stream + bigEndian(b << 16 | a)
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let content = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + content + bigEndian(CRC32.standard.checksum(content[...]))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
}
