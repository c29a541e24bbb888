@testable import VoiceNN
import VoiceTensor

/// An operation of `Execution` without parameters, to be run both ways on up to three maps of one shape.
struct MapOperation: Sendable, CustomStringConvertible {
  let name: String
  let minimumFrames: Int
  let onTape: @Sendable ([Variable], TrainingExecution) -> Variable
  let onMaps: @Sendable ([ActivationMap], InferenceExecution) -> ActivationMap
  var description: String { name }

  private init(_ name: String, minimumFrames: Int = 1, _ operation: some Runnable) {
    self.name = name
    self.minimumFrames = minimumFrames
    onTape = { operation.run($0, $1) }
    onMaps = { operation.run($0, $1) }
  }

  static let all: [MapOperation] = [
    .init("relu", ReLU()), .init("sigmoid", Sigmoid()), .init("tanh", Tanh()), .init("silu", SiLU()),
    .init("add", Add()), .init("fuse", Fuse()), .init("scale", Scale()), .init("dropout", Dropout()),
    .init("channels", Channels()), .init("concatenate", Concatenate()), .init("flatten", Flatten()),
    .init("reflect", minimumFrames: 4, Reflect()), .init("maximum", minimumFrames: 2, Pool(kind: .maximum)),
    .init("average", minimumFrames: 2, Pool(kind: .average)), .init("mean over map", MeanOverMap()),
    .init("mean over height", MeanOverHeight()), .init("maximum over time", MaxOverTime()),
    .init("deviation", minimumFrames: 2, Statistics(spread: .deviation)),
    .init("variance", minimumFrames: 2, Statistics(spread: .variance)),
    .init("offset deviation", minimumFrames: 2, Statistics(spread: .offsetDeviation(1e-8))),
    .init("population deviation", Statistics(spread: .populationDeviation(floor: 1e-12))),
    .init("attentive statistics", Attentive()), .init("context", Context()),
  ]
}

/// Written once, for both ways.
private protocol Runnable: Sendable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map
}

private struct ReLU: Runnable { func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.relu(x[0]) } }
private struct Sigmoid: Runnable { func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.sigmoid(x[0]) } }
private struct Tanh: Runnable { func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.tanh(x[0]) } }
private struct SiLU: Runnable { func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.silu(x[0]) } }
private struct Add: Runnable { func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.add(x[0], x[1]) } }
private struct Fuse: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.fuse(x[0], x[1], by: x[2]) }
}
private struct Scale: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.scale(x[0], by: run.meanOverMap(x[1])) }
}
private struct Dropout: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.dropout(x[0], rate: 0.5) }
}
private struct Channels: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.channels(1..<3, of: x[0]) }
}
private struct Concatenate: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map {
    run.concatenate([x[0], run.channels(0..<2, of: x[1]), x[2]])
  }
}
private struct Flatten: Runnable { func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.flatten(x[0]) } }
private struct Reflect: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.reflect(x[0], by: 3) }
}
private struct Pool: Runnable {
  let kind: PoolingShape.Kind
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map {
    let (three, two, one) = (Extent(height: 3, width: 3), Extent(height: 2, width: 2), Extent(height: 1, width: 1))
    return run.pool(x[0], PoolingShape(kind, kernel: three, stride: two, padding: one))
  }
}
private struct MeanOverMap: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.meanOverMap(x[0]) }
}
private struct MeanOverHeight: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.meanOverHeight(x[0]) }
}
private struct MaxOverTime: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.maxOverTime(x[0]) }
}
private struct Statistics: Runnable {
  let spread: Spread
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.statisticsPooling(x[0], spread) }
}
private struct Attentive: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map {
    run.attentiveStatistics(x[0], scores: x[1], floor: 1e-9)
  }
}
private struct Context: Runnable {
  func run<E: Execution>(_ x: [E.Map], _ run: E) -> E.Map { run.appendContext(x[0], floor: 1e-12) }
}
