internal import Hummingbird
internal import Metrics

/// Counts requests by route, never by what stands in a path.
struct RequestMetrics: Sendable {
  /// A request was answered; a route of "" is a path that there is not.
  func ended(_ route: String, _ status: HTTPResponse.Status, since begin: ContinuousClock.Instant) {
    let labels = [("route", route)]
    Counter(label: "voiceprint_http_requests_total", dimensions: labels + [("code", "\(status.code)")]).increment()
    Metrics.Timer(label: "voiceprint_http_request_duration_seconds", dimensions: labels)
      .recordSeconds((ContinuousClock.now - begin) / .seconds(1))
  }
}
