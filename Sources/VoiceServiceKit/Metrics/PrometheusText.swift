/// Writes the text exposition format of Prometheus, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats).
struct PrometheusText: Sendable {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  /// The head of a metric, before its series.
  mutating func begin(_ metric: MetricDescription) {
    let kind =
      switch metric.kind {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    text += "# HELP \(metric.name) \(Self.escaped(metric.help))\n# TYPE \(metric.name) \(kind)\n"
  }

  /// A series of one number.
  mutating func add(_ name: String, _ labels: MetricLabels, _ value: Double) {
    text += "\(name)\(labels.text()) \(Self.number(value))\n"
  }

  /// A series of a histogram, of one moment.
  mutating func add(_ name: String, _ labels: MetricLabels, _ cell: HistogramCell) {
    let snapshot = cell.snapshot
    let counts = snapshot.cumulative
    for (limit, count) in zip(cell.limits.map(Self.number) + ["+Inf"], counts) {
      text += "\(name)_bucket\(labels.text(adding: "le", limit)) \(count)\n"
    }
    text += "\(name)_sum\(labels.text()) \(Self.number(snapshot.sum))\n"
    text += "\(name)_count\(labels.text()) \(counts.last ?? 0)\n"
  }

  /// Whole numbers without a fraction, as people write them.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
    return "\(value)"
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
      .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
  }
}
