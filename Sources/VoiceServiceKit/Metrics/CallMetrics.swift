internal import Metrics
internal import Synchronization
internal import VoiceRPC

/// Counts the calls of one side, server or client: how many ended how, how long they took, how many are under way.
///
/// Methods are those of our protos, so the series are few: each is made once and kept.
final class CallMetrics: Sendable {
  /// Which side of the calls.
  enum Side: String, Sendable {
    case server, client
  }
  private struct Ended: Hashable {
    let method: String
    let code: StatusCode
  }
  private struct Series {
    var handled: [Ended: Counter] = [:]
    var durations: [String: Metrics.Timer] = [:]
    var inFlight: [String: Meter] = [:]
  }

  /// The calls that this process makes.
  static let client = CallMetrics(.client)

  private let prefix: String
  private let factory: any MetricsFactory
  private let series = Mutex(Series())

  init(_ side: Side, factory: any MetricsFactory = MetricsRegistry.shared) {
    prefix = "voiceprint_rpc_\(side.rawValue)"
    self.factory = factory
  }

  /// A call begins.
  func begin(_ method: String) { meter(method).increment() }

  /// A call that began so ends.
  func end(_ method: String) { meter(method).decrement() }

  /// A call ended with a code. Without a beginning its time is not told: that of a stream says nothing.
  func ended(_ method: String, _ code: StatusCode, since begin: ContinuousClock.Instant?) {
    let (counter, timer) = series.withLock { series in
      let key = Ended(method: method, code: code)
      if series.handled[key] == nil {
        series.handled[key] = Counter(
          label: "\(prefix)_handled_total", dimensions: Self.labels(method) + [("code", "\(code)")], factory: factory)
      }
      if begin != nil, series.durations[method] == nil {
        series.durations[method] = Metrics.Timer(
          label: "\(prefix)_duration_seconds", dimensions: Self.labels(method), factory: factory)
      }
      return (series.handled[key], series.durations[method])
    }
    counter?.increment()
    if let begin { timer?.recordSeconds((ContinuousClock.now - begin) / .seconds(1)) }
  }

  private func meter(_ method: String) -> Meter {
    series.withLock { series in
      if let meter = series.inFlight[method] { return meter }
      let meter = Meter(label: "\(prefix)_in_flight", dimensions: Self.labels(method), factory: factory)
      series.inFlight[method] = meter
      return meter
    }
  }

  /// Of "/voiceprint.gateway.v1.GatewayService/Identify".
  static func labels(_ path: String) -> [(String, String)] {
    let parts = path.split(separator: "/", maxSplits: 1)
    return [("service", parts.first.map(String.init) ?? ""), ("method", parts.count > 1 ? String(parts[1]) : "")]
  }
}
