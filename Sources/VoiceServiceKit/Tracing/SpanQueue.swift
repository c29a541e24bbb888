internal import Synchronization
internal import VoiceConcurrency
internal import VoiceMessages

/// Spans that wait to be exported: so many and no more, as calls never wait for a collector.
final class SpanQueue: Sendable {
  /// Why spans were lost.
  enum Loss: String, Sendable, CaseIterable {
    /// There were as many as may wait.
    case queueFull = "queue_full"
    /// The collector did not take them.
    case exportFailed = "export_failed"
    /// The collector took the batch without them.
    case rejected
  }
  /// What became of all spans.
  struct Counts: Sendable {
    var exported = 0
    var lost: [Loss: Int] = [:]
    var waiting = 0
  }
  private struct State {
    var spans: [OTLPTraceV1.Span] = []
    var counts = Counts()
  }

  private let limit: Int
  private let state = Mutex(State())
  private let news = News()

  init(limit: Int) { self.limit = limit }

  /// What became of all spans until now.
  var counts: Counts {
    state.withLock { state in
      var counts = state.counts
      counts.waiting = state.spans.count
      return counts
    }
  }

  /// Adds a span, or loses it.
  func add(_ span: OTLPTraceV1.Span) {
    let isFirst = state.withLock { state in
      guard state.spans.count < limit else {
        state.counts.lost[.queueFull, default: 0] += 1
        return false
      }
      state.spans.append(span)
      return state.spans.count == 1
    }
    if isFirst { news.publish() }
  }

  /// Tells at once and whenever there may be spans again.
  func arrivals() -> AsyncStream<Void> { news.subscribe() }

  /// The spans that waited longest, at most so many.
  func take(_ count: Int) -> [OTLPTraceV1.Span] {
    state.withLock { state in
      let taken = Array(state.spans.prefix(count))
      state.spans.removeFirst(taken.count)
      return taken
    }
  }

  /// Counts what became of a batch.
  func count(exported: Int, lost: Int, _ loss: Loss) {
    state.withLock { state in
      state.counts.exported += exported
      state.counts.lost[loss, default: 0] += lost
    }
  }
}
