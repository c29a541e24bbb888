/// What a load has measured.
struct LoadReport: Encodable, Sendable {
  /// Calls of one kind, or all.
  struct Line: Encodable, Sendable {
    var call: String
    var calls: Int
    var answered: Int
    /// Calls that failed, by status code.
    var failures: [String: Int]
    /// Latencies of answered calls, ms; nil without any.
    var p50: Double?
    var p90: Double?
    var p99: Double?
    var p999: Double?
    var max: Double?
  }

  /// Answered calls up to a latency, of those above the bound before it.
  struct Bucket: Encodable, Sendable {
    var upToMs: Double
    var calls: Int
  }

  var seconds: Double
  var offeredPerSecond: Double
  var answeredPerSecond: Double
  /// How late calls were sent, ms, 99 of 100: beyond a few, the generator itself is the limit.
  var generatorLateP99: Double
  var total: Line
  var byCall: [Line]
  var histogram: [Bucket]

  init(_ calls: [OpenLoop.Call], seconds: Double) {
    self.seconds = seconds
    let answered = calls.filter { $0.failure == nil }
    offeredPerSecond = Double(calls.count) / seconds
    answeredPerSecond = Double(answered.count) / seconds
    generatorLateP99 = Self.percentile(calls.map(\.lateMilliseconds).sorted(), 0.99) ?? 0
    total = Self.line("all", calls)
    byCall = LoadMix.Kind.allCases.compactMap { kind in
      let own = calls.filter { $0.kind == kind }
      return own.isEmpty ? nil : Self.line(kind.rawValue, own)
    }
    histogram = Self.buckets(answered.map(\.milliseconds).sorted())
  }

  private static func line(_ name: String, _ calls: [OpenLoop.Call]) -> Line {
    let latencies = calls.filter { $0.failure == nil }.map(\.milliseconds).sorted()
    return Line(
      call: name, calls: calls.count, answered: latencies.count,
      failures: calls.reduce(into: [:]) { counts, call in call.failure.map { counts[$0, default: 0] += 1 } },
      p50: percentile(latencies, 0.5), p90: percentile(latencies, 0.9), p99: percentile(latencies, 0.99),
      p999: percentile(latencies, 0.999), max: latencies.last)
  }

  /// The smallest of sorted values that so large a part of them does not exceed (nearest rank).
  static func percentile(_ sorted: [Double], _ part: Double) -> Double? {
    guard !sorted.isEmpty else { return nil }
    return sorted[min(sorted.count - 1, max(0, Int((part * Double(sorted.count)).rounded(.up)) - 1))]
  }

  /// Bounds that grow by the square root of 2 from 1 ms.
  private static func buckets(_ sorted: [Double]) -> [Bucket] {
    var (buckets, bound, index) = ([Bucket](), 1.0, 0)
    while index < sorted.count {
      let end = sorted[index...].firstIndex { $0 > bound } ?? sorted.count
      if end > index || !buckets.isEmpty { buckets.append(Bucket(upToMs: bound, calls: end - index)) }
      (index, bound) = (end, bound * 2.0.squareRoot())
    }
    return buckets
  }

  /// For people.
  var text: String {
    func cell(_ value: Double?) -> String { value.map { Terminal.decimal($0, 1) } ?? "-" }
    var table = TextTable("call", "calls", "answered", "p50 ms", "p90", "p99", "p99.9", "max", "failed")
    for line in byCall.count == 1 ? byCall : byCall + [total] {
      table.add(
        line.call, "\(line.calls)", "\(line.answered)", cell(line.p50), cell(line.p90), cell(line.p99),
        cell(line.p999), cell(line.max),
        line.failures.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    }
    let most = max(1, histogram.map(\.calls).max() ?? 1)
    let bars = histogram.map { bucket in
      let bound = cell(bucket.upToMs)
      return String(repeating: " ", count: max(0, 9 - bound.count)) + bound + " ms  "
        + String(repeating: "#", count: (bucket.calls * 50 + most - 1) / most) + " \(bucket.calls)"
    }
    return """
      \(table.text)

      \(bars.joined(separator: "\n"))

      offered \(cell(offeredPerSecond)) a second, answered \(cell(answeredPerSecond)) a second for \(cell(seconds)) s
      """
      + (generatorLateP99 > 5
        ? "\nthe generator itself was late, by \(cell(generatorLateP99)) ms for one of 100 calls: this machine is busy"
        : "")
  }
}
