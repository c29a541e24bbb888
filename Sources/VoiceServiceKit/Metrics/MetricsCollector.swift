internal import VoiceConcurrency

/// Values that were asked for at a reading.
package struct MetricsSample: Sendable {
  struct Value: Sendable {
    let name: String
    let labels: MetricLabels
    let value: Double
  }
  private(set) var values: [Value] = []

  /// Gives a metric of the catalogue a value.
  package mutating func add(_ name: String, _ value: Double, _ labels: [(String, String)] = []) {
    values.append(Value(name: name, labels: MetricLabels(labels), value: value))
  }

  /// Gives a metric of the catalogue a count.
  package mutating func add(_ name: String, _ count: Int, _ labels: [(String, String)] = []) {
    add(name, Double(count), labels)
  }
}

/// Somebody who knows values and is asked for them; one reading at a time asks, and others get its answer.
final class MetricsCollector: Sendable {
  typealias Body = @Sendable (inout MetricsSample) async throws -> Void

  /// The longest that an answer is waited for.
  static let patience: Duration = .seconds(2)

  let source: String
  private let age: Duration
  private let body: Body
  private let turn = AsyncSemaphore(permits: 1)
  private let last = Last()

  private actor Last {
    var answer: (values: [MetricsSample.Value], at: ContinuousClock.Instant)?
    func keep(_ values: [MetricsSample.Value]) { answer = (values, .now) }
  }

  init(source: String, age: Duration, body: @escaping Body) {
    (self.source, self.age, self.body) = (source, age, body)
  }

  /// The values; nil when they are not to be had.
  func values() async -> [MetricsSample.Value]? {
    do {
      return try await turn.withPermit(deadline: .now + Self.patience) {
        if let answer = await self.last.answer, answer.at + self.age > .now { return answer.values }
        let values = try await self.ask()
        await self.last.keep(values)
        return values
      }
    } catch { return nil }
  }

  private func ask() async throws -> [MetricsSample.Value] {
    try await withThrowingTaskGroup(of: [MetricsSample.Value].self) { group in
      group.addTask {
        var sample = MetricsSample()
        try await self.body(&sample)
        return sample.values
      }
      group.addTask {
        try await Task.sleep(for: Self.patience)
        throw AsyncSemaphore.TimedOut()
      }
      defer { group.cancelAll() }
      return try await group.next() ?? []
    }
  }
}
