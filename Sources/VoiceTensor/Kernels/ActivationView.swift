/// Pixels around a map that may be read: zeros at a true edge, neighbouring frames where the map is cut from a longer
/// one.
package struct Halo: Sendable, Equatable {
  /// Rows above the first one.
  package var top: Int
  /// Rows below the last one.
  package var bottom: Int
  /// Pixels left of each row.
  package var left: Int
  /// Pixels right of each row.
  package var right: Int

  /// A halo with each side given.
  package init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  /// A halo of `height` rows above and below and `width` pixels left and right.
  package init(height: Int = 0, width: Int = 0) {
    self.init(top: height, bottom: height, left: width, right: width)
  }

  /// No readable pixel around the map.
  package static let none = Halo()

  /// Whether every side is at least as wide as that of `other`.
  package func covers(_ other: Halo) -> Bool {
    top >= other.top && bottom >= other.bottom && left >= other.left && right >= other.right
  }
}

/// Read access to activations `[height][width][channels]`: channel `c` of pixel `(y, x)` is
/// `base[y * rowPitch + x * pixelPitch + c]`.
///
/// Height is frequency (1 for a sequence), width is time. A view owns nothing: its owner outlives each call that uses
/// it.
package struct ActivationView {
  /// Channel 0 of pixel (0, 0).
  package var base: UnsafePointer<Float>
  /// Rows of the map.
  package var height: Int
  /// Pixels of a row.
  package var width: Int
  /// Channels of a pixel that belong to the view.
  package var channels: Int
  /// Floats from a pixel to its right neighbour.
  package var pixelPitch: Int
  /// Floats from a row to the next one.
  package var rowPitch: Int
  /// Readable pixels around the map.
  package var halo: Halo

  /// A view of a map; the pitches default to those of dense memory.
  package init(
    base: UnsafePointer<Float>, height: Int = 1, width: Int, channels: Int, pixelPitch: Int? = nil,
    rowPitch: Int? = nil, halo: Halo = .none
  ) {
    self.base = base
    self.height = height
    self.width = width
    self.channels = channels
    self.pixelPitch = pixelPitch ?? channels
    self.rowPitch = rowPitch ?? width * self.pixelPitch
    self.halo = halo
    precondition(
      self.pixelPitch >= channels && height > 0 && width > 0 && channels > 0,
      "activation view: [\(height)][\(width)][\(channels)] with a pixel pitch of \(self.pixelPitch)")
  }

  /// `[height][width][channels]`, for messages.
  var sizes: String { "[\(height)][\(width)][\(channels)]" }

  /// The channels `range` of every pixel.
  package func channels(_ range: Range<Int>) -> ActivationView {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= pixelPitch, "channels \(range) of a pixel pitch of \(pixelPitch)")
    var view = self
    view.base += range.lowerBound
    view.channels = range.count
    return view
  }

  /// The pixels `range` of every row; what is cut off becomes readable halo.
  package func columns(_ range: Range<Int>) -> ActivationView {
    precondition(range.lowerBound >= 0 && range.upperBound <= width, "columns \(range) of width \(width)")
    var view = self
    view.base += range.lowerBound * pixelPitch
    view.width = range.count
    view.halo.left += range.lowerBound
    view.halo.right += width - range.upperBound
    return view
  }
}

/// Write access to activations `[height][width][channels]`, laid out as in ``ActivationView``.
package struct MutableActivationView {
  /// Channel 0 of pixel (0, 0).
  package let base: UnsafeMutablePointer<Float>
  /// The same pixels for reading.
  package let view: ActivationView

  /// A view of a map; the pitches default to those of dense memory.
  package init(
    base: UnsafeMutablePointer<Float>, height: Int = 1, width: Int, channels: Int, pixelPitch: Int? = nil,
    rowPitch: Int? = nil, halo: Halo = .none
  ) {
    self.init(
      base: base,
      view: ActivationView(
        base: base, height: height, width: width, channels: channels, pixelPitch: pixelPitch, rowPitch: rowPitch,
        halo: halo))
  }

  private init(base: UnsafeMutablePointer<Float>, view: ActivationView) {
    self.base = base
    self.view = view
  }

  /// The channels `range` of every pixel.
  package func channels(_ range: Range<Int>) -> MutableActivationView {
    MutableActivationView(base: base + range.lowerBound, view: view.channels(range))
  }

  /// The pixels `range` of every row.
  package func columns(_ range: Range<Int>) -> MutableActivationView {
    MutableActivationView(base: base + range.lowerBound * view.pixelPitch, view: view.columns(range))
  }
}
