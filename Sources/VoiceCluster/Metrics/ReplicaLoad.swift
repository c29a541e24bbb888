internal import VoiceConcurrency

/// What one replica says of itself.
package struct ReplicaLoad: Sendable, Hashable, Codable {
  /// Memory that is in RAM.
  package var residentBytes: Double
  /// Calls that ended a second, health checks aside.
  package var callsPerSecond: Double
  /// Calls that ended since the process began.
  package var calls: Double
  /// Under which 99 of 100 calls ended, streams and health checks aside; nil when there were none.
  package var p99Milliseconds: Double?

  enum CodingKeys: String, CodingKey {
    case residentBytes = "resident_bytes"
    case callsPerSecond = "calls_per_second"
    case calls
    case p99Milliseconds = "p99_milliseconds"
  }

  /// Reads the metrics twice; nil when they are not to be had. Where no call ended in between, the quantile is that of
  /// all calls since the process began.
  static func measure(port: Int, over interval: Duration) async -> ReplicaLoad? {
    let pool = ComputePool(name: "scrape", threads: 1, queueLimit: 1)
    defer { Task { await pool.shutDown() } }
    guard let before = try? await pool.run({ _ in try LocalHTTP.get("/metrics", port: port) }) else { return nil }
    let begin = ContinuousClock.now
    // The interval is what is asked for, not something that is waited for.
    guard (try? await Task.sleep(for: interval)) != nil,
      let after = try? await pool.run({ _ in try LocalHTTP.get("/metrics", port: port) })
    else { return nil }
    return ReplicaLoad(
      from: MetricsText(before), to: MetricsText(after), seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  /// What changed from one reading to another.
  init(from before: MetricsText, to after: MetricsText, seconds: Double) {
    residentBytes = after.sum("process_resident_memory_bytes")
    let counts = [before, after].map { text in
      text.sum("voiceprint_rpc_server_handled_total", where: Self.isCall)
        + text.sum("voiceprint_http_requests_total") { $0.labels["route"] != "/healthz" }
    }
    calls = counts[1]
    callsPerSecond = seconds > 0 ? max(0, counts[1] - counts[0]) / seconds : 0
    let all = Self.durations(after)
    let earlier = Dictionary(uniqueKeysWithValues: Self.durations(before).map { ($0.limit, $0.count) })
    let recent = all.map { (limit: $0.limit, count: $0.count - (earlier[$0.limit] ?? 0)) }
    let chosen = recent.last.map { $0.count > 0 } ?? false ? recent : all
    p99Milliseconds = Self.quantile(0.99, of: chosen).map { $0 * 1000 }
  }

  private static func isCall(_ sample: MetricsText.Sample) -> Bool {
    !(sample.labels["service"] ?? "").hasPrefix("grpc.")
  }

  private static func durations(_ text: MetricsText) -> [(limit: Double, count: Double)] {
    func isShort(_ sample: MetricsText.Sample) -> Bool {
      let method = sample.labels["method"] ?? ""
      return isCall(sample) && !method.hasPrefix("Watch") && !method.hasSuffix("Stream")
    }
    let calls = text.buckets("voiceprint_rpc_server_duration_seconds", where: isShort)
    return calls.isEmpty ? text.buckets("voiceprint_http_request_duration_seconds") : calls
  }

  /// As Prometheus's `histogram_quantile`: even between two limits; beyond the last one, that limit.
  static func quantile(_ share: Double, of buckets: [(limit: Double, count: Double)]) -> Double? {
    guard let total = buckets.last?.count, total > 0 else { return nil }
    let rank = share * total
    var (low, lowCount) = (0.0, 0.0)
    for (limit, count) in buckets {
      if count >= rank {
        guard limit.isFinite else { return low }
        return count > lowCount ? low + (limit - low) * (rank - lowCount) / (count - lowCount) : limit
      }
      (low, lowCount) = (limit, count)
    }
    return low
  }
}
