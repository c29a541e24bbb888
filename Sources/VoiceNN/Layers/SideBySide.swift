internal import VoiceTensor

/// Maps whose channels become one map, each written to its place in it at once where the execution can.
package struct SideBySide<E: Execution> {
  private let run: E
  private let room: E.Map?
  private var maps: [E.Map] = []
  private var channels = 0

  /// Nothing yet; `channels` in the end, in maps of the size of `x`.
  package init(channels: Int, like x: E.Map, _ run: E) {
    self.run = run
    room = run.room(channels: channels, like: x)
  }

  /// The map that came last.
  package var last: E.Map? { maps.last }

  /// The next map is the output of a layer.
  package mutating func append(_ layer: ConvolutionLayer, _ x: E.Map) {
    let range = channels..<channels + layer.shape.outputChannels
    append(layer(x, run, into: room.map { run.channels(range, of: $0) }), channels: range.count)
  }

  /// The next map, of so many channels.
  package mutating func append(_ map: E.Map, channels count: Int) {
    maps.append(map)
    channels += count
  }

  /// All maps, side by side.
  package var whole: E.Map { run.concatenate(maps, in: room) }
}
