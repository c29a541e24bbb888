package import CoreMetrics
internal import Synchronization

/// All that is counted in a process: the backend of swift-metrics, which Prometheus reads as text.
///
/// Values come in two ways: whoever counts does so by swift-metrics (`Counter`, `Recorder`, …), and what is known
/// somewhere already is asked for when it is read, by `collect`. Both are of metrics of the catalogue; what libraries
/// count besides goes nowhere.
package final class MetricsRegistry: Sendable {
  /// The registry of this process.
  package static let shared = MetricsRegistry()

  private enum Cell {
    case number(NumberCell)
    case histogram(HistogramCell)
  }
  private typealias Family = [MetricLabels: Cell]

  private let catalogue: [MetricDescription]
  private let described: [String: MetricDescription]
  private let families = Mutex<[String: Family]>([:])
  private let collectors = Mutex<[MetricsCollector]>([])

  /// A registry of the metrics of a catalogue.
  package init(_ catalogue: [MetricDescription] = MetricCatalogue.all) {
    self.catalogue = catalogue
    described = Dictionary(uniqueKeysWithValues: catalogue.map { ($0.name, $0) })
  }

  /// Asks for values at every reading, but not again before `age` is over.
  ///
  /// `source` stands in the metric that counts failures. What takes more than two seconds, or throws, is left out.
  package func collect(
    _ source: String, age: Duration = .zero, _ body: @escaping @Sendable (inout MetricsSample) async throws -> Void
  ) {
    let collector = MetricsCollector(source: source, age: age, body: body)
    collectors.withLock { $0.append(collector) }
  }

  /// Everything that is known now, in the text format of Prometheus (version 0.0.4).
  package func text() async -> String {
    let found = await samples()
    var writer = PrometheusText()
    for metric in catalogue {
      let cells = families.withLock { $0[metric.name] ?? [:] }
      var numbers = found.filter { $0.name == metric.name }.map { ($0.labels, $0.value) }
      var histograms: [(MetricLabels, HistogramCell)] = []
      for (labels, cell) in cells {
        switch cell {
        case .number(let cell): numbers.append((labels, cell.value))
        case .histogram(let cell): histograms.append((labels, cell))
        }
      }
      guard !numbers.isEmpty || !histograms.isEmpty else { continue }
      writer.begin(metric)
      for (labels, value) in numbers.sorted(by: { $0.0 < $1.0 }) { writer.add(metric.name, labels, value) }
      for (labels, cell) in histograms.sorted(by: { $0.0 < $1.0 }) { writer.add(metric.name, labels, cell) }
    }
    return writer.text
  }

  private func samples() async -> [MetricsSample.Value] {
    let all = collectors.withLock { $0 }
    return await withTaskGroup(of: [MetricsSample.Value].self) { group in
      for collector in all {
        group.addTask {
          guard let values = await collector.values() else {
            self.countFailure(of: collector.source)
            return []
          }
          return values
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  private func countFailure(of source: String) {
    number("voiceprint_metrics_collect_failures_total", [("source", source)], .counter)?.increment(by: 1.0)
  }
}

extension MetricsRegistry: MetricsFactory {
  /// The cell of a counter.
  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    number(label, dimensions, .counter) ?? NOOPMetricsHandler.instance
  }

  /// The cell of a counter of fractions.
  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    number(label, dimensions, .counter) ?? NOOPMetricsHandler.instance
  }

  /// The cell of a gauge.
  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    number(label, dimensions, .gauge) ?? NOOPMetricsHandler.instance
  }

  /// The cell of a histogram.
  package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    histogram(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  /// The cell of a histogram of seconds.
  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  // A time series stays for the life of the process: labels are few, and a counter that vanishes is a reset to readers.

  /// Does nothing.
  package func destroyCounter(_ handler: any CounterHandler) {}
  /// Does nothing.
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  /// Does nothing.
  package func destroyMeter(_ handler: any MeterHandler) {}
  /// Does nothing.
  package func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Does nothing.
  package func destroyTimer(_ handler: any TimerHandler) {}

  private func number(
    _ name: String, _ dimensions: [(String, String)], _ kind: MetricDescription.Kind
  ) -> NumberCell? {
    guard let metric = described[name] else { return nil }
    precondition(metric.kind == kind, "\(name) is in the catalogue as \(metric.kind)")
    return families.withLock { families in
      let labels = MetricLabels(dimensions)
      if case .number(let cell)? = families[name]?[labels] { return cell }
      let cell = NumberCell()
      families[name, default: [:]][labels] = .number(cell)
      return cell
    }
  }

  private func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramCell? {
    guard let metric = described[name] else { return nil }
    guard case .histogram(let limits) = metric.kind else {
      preconditionFailure("\(name) is in the catalogue as \(metric.kind)")
    }
    return families.withLock { families in
      let labels = MetricLabels(dimensions)
      if case .histogram(let cell)? = families[name]?[labels] { return cell }
      let cell = HistogramCell(limits: limits)
      families[name, default: [:]][labels] = .histogram(cell)
      return cell
    }
  }
}
