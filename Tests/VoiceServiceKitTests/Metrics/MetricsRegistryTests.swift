import Metrics
import Testing
@testable import VoiceServiceKit

@Suite("Metrics as Prometheus reads them", .timeLimit(.minutes(1)))
struct MetricsRegistryTests {
  private static let small: [MetricDescription] = [
    .counter("calls_total", "Calls.\nWith a \\ in it."), .gauge("depth", "Depth."),
    .histogram("wait_seconds", [0.5, 1], "Wait."), .gauge("unused", "Nobody sets it."),
    .counter("voiceprint_metrics_collect_failures_total", "Failures."),
  ]
  private let registry = MetricsRegistry(small)

  @Test("Counters, gauges and histograms are written as the format wants them, in the order of the catalogue")
  func text() async {
    let hostile = [("b", "x"), ("a", "quote \" back \\ line \n end")]
    Metrics.Counter(label: "calls_total", dimensions: hostile, factory: registry).increment(by: 3)
    Metrics.Counter(label: "calls_total", dimensions: hostile.reversed(), factory: registry).increment()
    FloatingPointCounter(label: "calls_total", dimensions: [("a", "0")], factory: registry).increment(by: 0.25)
    let meter = Meter(label: "depth", factory: registry)
    meter.set(7)
    meter.decrement(by: 9.5)
    let timer = Metrics.Timer(label: "wait_seconds", factory: registry)
    for milliseconds in [250, 500, 750, 4000] { timer.recordMilliseconds(milliseconds) }
    Recorder(label: "wait_seconds", factory: registry).record(Double.nan)
    #expect(
      await registry.text() == #"""
        # HELP calls_total Calls.\nWith a \\ in it.
        # TYPE calls_total counter
        calls_total{a="0"} 0.25
        calls_total{a="quote \" back \\ line \n end",b="x"} 4
        # HELP depth Depth.
        # TYPE depth gauge
        depth -2.5
        # HELP wait_seconds Wait.
        # TYPE wait_seconds histogram
        wait_seconds_bucket{le="0.5"} 2
        wait_seconds_bucket{le="1"} 3
        wait_seconds_bucket{le="+Inf"} 4
        wait_seconds_sum 5.5
        wait_seconds_count 4

        """#)
  }

  @Test("What is not in the catalogue goes nowhere")
  func unknown() async {
    Metrics.Counter(label: "library_total", factory: registry).increment()
    Metrics.Timer(label: "library_seconds", factory: registry).recordSeconds(1)
    #expect(await registry.text().isEmpty)
  }

  @Test("Values are asked for at a reading, and not again before they are old")
  func collectors() async {
    let asked = VoiceServiceKitTests.Counter()
    registry.collect("often") { sample in sample.add("depth", asked.value) }
    registry.collect("seldom", age: .seconds(3600)) { sample in
      sample.add("calls_total", asked.next(), [("a", "1")])
    }
    #expect(await registry.text().contains("calls_total{a=\"1\"} 1\n"))
    let second = await registry.text()
    #expect(second.contains("calls_total{a=\"1\"} 1\n") && second.contains("depth 1\n"))
  }

  @Test("Who fails or takes too long is left out and counted; the others are told")
  func failures() async {
    struct Away: Error {}
    registry.collect("away") { _ in throw Away() }
    registry.collect("slow") { sample in
      try await Task.sleep(for: .seconds(60))
      sample.add("depth", 1)
    }
    registry.collect("well") { $0.add("calls_total", 5) }
    // The slow one alone would take as long as the suite may.
    let text = await registry.text()
    #expect(text.contains("calls_total 5\n") && !text.contains("depth"))
    #expect(await registry.text().contains("failures_total{source=\"slow\"} "))
    #expect(text.contains("failures_total{source=\"away\"} 1\n"))
  }

  @Test("All that is counted at once is counted")
  func concurrency() async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 {
            Metrics.Counter(label: "calls_total", dimensions: [("a", "b")], factory: registry).increment()
            Metrics.Timer(label: "wait_seconds", factory: registry).recordSeconds(0.75)
          }
        }
      }
    }
    let text = await registry.text()
    #expect(text.contains("calls_total{a=\"b\"} 8000\n") && text.contains("wait_seconds_bucket{le=\"1\"} 8000\n"))
    #expect(text.contains("wait_seconds_sum 6000\n"))
  }

  @Test("Every metric of the services has a name by Prometheus's conventions and tells what it is")
  func catalogue() {
    let all = MetricCatalogue.all
    #expect(Set(all.map(\.name)).count == all.count)
    for metric in all {
      #expect(metric.name.wholeMatch(of: /(voiceprint|process)(_[a-z0-9]+)+/) != nil, "\(metric.name)")
      #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
      #expect(metric.help.hasSuffix(".") && !metric.help.contains("\n"), "\(metric.name)")
    }
  }
}
