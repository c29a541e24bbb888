internal import VoiceTensor

// Other shapes of the same values.
extension InferenceExecution {
  /// A view: nothing is copied.
  package func channels(_ range: Range<Int>, of x: ActivationMap) -> ActivationMap { x.channels(range) }

  /// A copy of all channels.
  package func concatenate(_ maps: [ActivationMap]) -> ActivationMap {
    let first = maps[0]
    precondition(
      maps.allSatisfy { $0.height == first.height && $0.width == first.width }, "concatenate: maps of several sizes")
    let y = workspace.map(height: first.height, width: first.width, channels: maps.reduce(0) { $0 + $1.channels })
    var channel = 0
    for map in maps {
      copy(map, into: y.channels(channel..<channel + map.channels))
      channel += map.channels
    }
    return y
  }

  /// `[1, width, channels · height]`.
  package func flatten(_ x: ActivationMap) -> ActivationMap {
    if x.height == 1 { return x }
    let y = workspace.map(height: 1, width: x.width, channels: x.channels * x.height)
    for row in 0..<x.height {
      for frame in 0..<x.width {
        let source = x.view.base + row * x.view.rowPitch + frame * x.view.pixelPitch
        let target = y.pixels.base + frame * y.view.pixelPitch + row
        for channel in 0..<x.channels { target[channel * x.height] = source[channel] }
      }
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// `[height, width + 2 · frames, channels]`.
  package func reflect(_ x: ActivationMap, by frames: Int) -> ActivationMap {
    let sources = Reflection(width: x.width, padding: frames).sources
    let y = workspace.map(height: x.height, width: sources.count, channels: x.channels)
    forEachRow(x, y) { from, to in
      for (target, source) in sources.enumerated() {
        (to + target * y.view.pixelPitch).update(from: from + source * x.view.pixelPitch, count: x.channels)
      }
    }
    withExtendedLifetime(x) {}
    return y
  }

  /// Pixel by pixel.
  func copy(_ x: ActivationMap, into y: ActivationMap) {
    forEachRow(x, y) { source, target in
      for frame in 0..<x.width {
        (target + frame * y.view.pixelPitch).update(from: source + frame * x.view.pixelPitch, count: x.channels)
      }
    }
    withExtendedLifetime((x, y)) {}
  }
}
