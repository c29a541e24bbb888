internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Synchronization
internal import VoiceMessages
internal import VoiceRPC

/// Records the spans of a process and sends them to a collector, as OTLP over gRPC.
///
/// Whoever handles a call sets `current` around it; calls to other services that are made there are spans of the same
/// trace. Without a tracer traces are passed on and nothing is recorded.
package final class Tracer: Sendable {
  /// The tracer of the call that is being handled.
  @TaskLocal package static var current: Tracer?

  /// How much is sent, and when.
  struct Limits: Sendable {
    /// Spans that wait; more are lost.
    var queue = 4096
    /// Spans of one batch.
    var batch = 512
    /// How long spans wait for others, in a batch.
    var interval: Duration = .milliseconds(500)
    /// How long the collector may take for a batch.
    var timeout: Duration = .seconds(5)
  }

  private let sampleRatio: Double
  private let queue: SpanQueue
  private let channel: Channel
  private let limits: Limits
  private let resource: OTLPResourceV1.Resource
  private let log: Logger
  /// Whether the last batch was lost: the log says so once, and not for every batch.
  private let isFailing = Atomic<Bool>(false)

  /// A tracer that sends to `endpoint`; `run` does so. Throws `RPCError` for a target that cannot be.
  init(
    endpoint: String, sampleRatio: Double, service: String, limits: Limits = Limits(), log: Logger
  ) throws(RPCError) {
    channel = try Channel(endpoint)
    (self.sampleRatio, self.limits, self.log) = (sampleRatio, limits, log)
    queue = SpanQueue(limit: limits.queue)
    let host = ProcessInfo.processInfo.hostName
    resource = .with {
      $0.attributes = [
        .init("service.namespace", "voiceprint"), .init("service.name", "voiceprint-\(service)"),
        .init("service.instance.id", "\(host):\(getpid())"),
      ]
    }
  }

  /// The context of work that begins here: part of the caller's trace, or of a new one.
  package static func context(after caller: TraceContext?, by tracer: Tracer?) -> TraceContext {
    if let caller { return caller.child() }
    guard let tracer else { return TraceContext() }
    return TraceContext(isSampled: Double.random(in: 0..<1) < tracer.sampleRatio)
  }

  /// Begins the span of a context; nil when the trace is not recorded.
  package func begin(
    _ context: TraceContext, parent: TraceContext?, _ name: String, _ kind: Span.Kind, _ attributes: [(String, String)]
  ) -> Span? {
    guard context.isSampled else { return nil }
    return Span(
      context, parent: parent?.spanID, name: name, kind: kind, attributes: attributes, queue: queue)
  }

  /// Begins the span of a call.
  package func begin(call path: String, _ context: TraceContext, parent: TraceContext?, _ kind: Span.Kind) -> Span? {
    let parts = CallMetrics.labels(path)
    let attributes = [("rpc.system", "grpc"), ("rpc.service", parts[0].1), ("rpc.method", parts[1].1)]
    return begin(context, parent: parent, String(path.dropFirst()), kind, attributes)
  }

  /// Sends spans until the task is cancelled, and then those that are left.
  func run() async {
    for await _ in queue.arrivals() {
      // Cut short by cancellation, what is there is sent at once.
      try? await Task.sleep(for: limits.interval)
      if Task.isCancelled { break }
      await sendAll()
    }
    // In a task of its own: this one is cancelled.
    await Task { await sendAll() }.value
  }

  /// Tells what becomes of the spans in the metrics of a process.
  func tell(in registry: MetricsRegistry) {
    registry.collect("tracing") { [queue] sample in
      let counts = queue.counts
      sample.add("voiceprint_trace_spans_exported_total", counts.exported)
      for loss in SpanQueue.Loss.allCases {
        sample.add("voiceprint_trace_spans_dropped_total", counts.lost[loss] ?? 0, [("reason", loss.rawValue)])
      }
      sample.add("voiceprint_trace_queue_depth", counts.waiting)
    }
  }

  private func sendAll() async {
    while true {
      let spans = queue.take(limits.batch)
      guard !spans.isEmpty else { return }
      await send(spans)
    }
  }

  /// What a collector does not take is lost: to try again would hold up the spans behind it.
  private func send(_ spans: [OTLPTraceV1.Span]) async {
    let scope = OTLPTraceV1.ScopeSpans.with {
      $0.scope = .with { $0.name = "voiceprint" }
      $0.spans = spans
    }
    let request = OTLPCollectorTraceV1.ExportTraceServiceRequest.with {
      $0.resourceSpans = [.with { ($0.resource, $0.scopeSpans) = (resource, [scope]) }]
    }
    do {
      let answer = try await channel.call(
        OTLPCollectorTraceV1.TraceService.export, request,
        options: CallOptions(deadline: .after(limits.timeout)))
      let rejected = min(spans.count, Int(clamping: answer.partialSuccess?.rejectedSpans ?? 0))
      queue.count(exported: spans.count - rejected, lost: rejected, .rejected)
      if isFailing.exchange(false, ordering: .relaxed) { log.notice("the collector takes spans again") }
    } catch {
      queue.count(exported: 0, lost: spans.count, .exportFailed)
      if isFailing.exchange(true, ordering: .relaxed) { return }
      log.warning("spans are lost until the collector takes them", metadata: ["error": "\(error)"])
    }
  }
}
