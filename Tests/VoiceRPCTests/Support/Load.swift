import Synchronization

/// Callers that call again and again until they are told to stop, and what came of it.
final class Load: Sendable {
  private struct Counts {
    var answers = 0
    var errors: [String] = []
    var stops = false
    var milestones: [(answers: Int, event: Event)] = []
  }

  private let counts = Mutex(Counts())

  var answers: Int { counts.withLock { $0.answers } }
  var errors: [String] { counts.withLock { $0.errors } }

  /// Returns when there are so many more answers, or at the first error.
  func more(_ answers: Int) async {
    let event = Event()
    counts.withLock { $0.milestones.append(($0.answers + answers, event)) }
    await event.wait()
  }

  func stop() { counts.withLock { $0.stops = true } }

  func run(_ call: () async throws -> Void) async {
    while counts.withLock({ !$0.stops }) {
      do {
        try await call()
        count { $0.answers += 1 }
      } catch {
        count { $0.errors.append("\(error)") }
      }
    }
  }

  private func count(_ change: (inout Counts) -> Void) {
    counts.withLock { counts in
      change(&counts)
      for milestone in counts.milestones where counts.answers >= milestone.answers || !counts.errors.isEmpty {
        milestone.event.happen()
      }
    }
  }
}

/// Runs `body` while eight callers call.
func withLoad(
  of call: @escaping @Sendable () async throws -> Void, _ body: (Load) async throws -> Void
) async throws -> Load {
  let load = Load()
  try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 0..<8 { group.addTask { await load.run(call) } }
    defer { load.stop() }
    try await body(load)
  }
  return load
}
