// y[b, h, t, c] = x[b, h, r(t − p), c], r(i) = i mirrored at the first and the last frame without repeating them.
//
// x [batch, height, width, channels], width > p · y [batch, height, width + 2p, channels]
// dx[t] = Σ of dy over the places that show t.

extension Tape {
  /// Frames mirrored at both ends of time, PyTorch's `reflect` padding.
  package func reflect(_ x: Variable, by frames: Int) -> Variable {
    precondition(x.shape.count == 4 && frames >= 0 && x.shape[2] > frames, "reflect: \(frames) frames of \(x.shape)")
    let (rows, width, channels) = (x.shape[0] * x.shape[1], x.shape[2], x.shape[3])
    let sources = Reflection(width: width, padding: frames).sources
    var y = Tensor(zeros: [x.shape[0], x.shape[1], sources.count, channels])
    for row in 0..<rows {
      for (target, source) in sources.enumerated() {
        for channel in 0..<channels {
          y.values[(row * sources.count + target) * channels + channel] =
            x.value.values[(row * width + source) * channels + channel]
        }
      }
    }
    return record(.reflect, [x], y) { dy in
      var dx = Tensor(zeros: x.shape)
      for row in 0..<rows {
        for (target, source) in sources.enumerated() {
          for channel in 0..<channels {
            dx.values[(row * width + source) * channels + channel] +=
              dy.values[(row * sources.count + target) * channels + channel]
          }
        }
      }
      return [dx]
    }
  }
}

/// Which frame each frame of a mirrored map shows.
package struct Reflection: Sendable {
  /// The frames, `[width + 2 · padding]`.
  package let sources: [Int]

  /// Of a map of `width` frames, which must be more than `padding`.
  package init(width: Int, padding: Int) {
    precondition(width > padding, "\(width) frames cannot be mirrored by \(padding)")
    sources = (-padding..<width + padding).map { frame in
      let inside = abs(frame)
      return inside < width ? inside : 2 * (width - 1) - inside
    }
  }
}
