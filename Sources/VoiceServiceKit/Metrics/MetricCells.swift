internal import CoreMetrics
internal import Synchronization

/// One time series of a counter or a gauge.
final class NumberCell: CounterHandler, FloatingPointCounterHandler, MeterHandler {
  private let number = Mutex(0.0)

  /// The number now.
  var value: Double { number.withLock { $0 } }

  func increment(by amount: Int64) { increment(by: Double(amount)) }
  func increment(by amount: Double) { number.withLock { $0 += amount } }
  func decrement(by amount: Double) { number.withLock { $0 -= amount } }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { number.withLock { $0 = value } }
  func reset() { set(0.0) }
}

/// One time series of a histogram.
final class HistogramCell: RecorderHandler, TimerHandler {
  /// What was recorded so far.
  struct Snapshot: Sendable, Hashable {
    /// How many values lie between one limit and the one before; the last is for those beyond all limits.
    var counts: [UInt64]
    var sum = 0.0

    /// How many values there are at each limit or below, as Prometheus counts.
    var cumulative: [UInt64] {
      var total: UInt64 = 0
      return counts.map { count in
        total += count
        return total
      }
    }
  }

  /// The limits, ascending.
  let limits: [Double]
  private let state: Mutex<Snapshot>

  init(limits: [Double]) {
    self.limits = limits
    state = Mutex(Snapshot(counts: Array(repeating: 0, count: limits.count + 1)))
  }

  /// What was recorded so far.
  var snapshot: Snapshot { state.withLock { $0 } }

  func record(_ value: Int64) { record(Double(value)) }

  /// A value that is none would make the sum one for good.
  func record(_ value: Double) {
    guard value.isFinite else { return }
    let place = limits.firstIndex { value <= $0 } ?? limits.count
    state.withLock { state in
      state.counts[place] += 1
      state.sum += value
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
