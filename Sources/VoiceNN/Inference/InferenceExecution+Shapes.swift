internal import VoiceTensor

// Other shapes of the same values.
extension InferenceExecution {
  /// A view: nothing is copied.
  package func channels(_ range: Range<Int>, of x: ActivationMap) -> ActivationMap { x.channels(range) }

  /// A map of its own.
  package func room(channels: Int, like x: ActivationMap) -> ActivationMap? {
    workspace.map(height: x.height, width: x.width, channels: channels)
  }

  /// A copy of all channels that are not in their place in `room` already.
  package func concatenate(_ maps: [ActivationMap], in room: ActivationMap?) -> ActivationMap {
    let (first, channels) = (maps[0], maps.reduce(0) { $0 + $1.channels })
    let y = room ?? workspace.map(height: first.height, width: first.width, channels: channels)
    precondition(
      maps.allSatisfy { $0.height == y.height && $0.width == y.width } && y.channels == channels,
      "concatenate: maps of several sizes, or more or fewer channels than there is room for")
    var channel = 0
    for map in maps {
      let place = y.channels(channel..<channel + map.channels)
      if place.view.base != map.view.base { copy(map, into: place) }
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
