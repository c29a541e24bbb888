internal import Synchronization
internal import VoiceConcurrency

/// A queue between tasks that holds at most so much, and has one reader at a time.
final class Pipe<Element: Sendable>: Sendable {
  private struct State {
    var elements: [(element: Element, weight: Int)] = []
    var weight = 0
    var isFinished = false
  }
  private enum Taken {
    case element(Element)
    case end
    case nothing
  }
  private let state = Mutex(State())
  private let changes = News()
  private let limit: Int

  /// A queue of elements that weigh `limit` together, or of one that weighs more.
  init(limit: Int) { self.limit = limit }

  /// Whether there is nothing to read and never will be.
  var isAtEnd: Bool { state.withLock { $0.isFinished && $0.elements.isEmpty } }
  /// Whether there is nothing to read now.
  var isEmpty: Bool { state.withLock { $0.elements.isEmpty } }

  /// Takes an element in; false when there is no room, or no more elements are taken.
  func offer(_ element: Element, weight: Int = 1) -> Bool {
    let isTaken = state.withLock { state in
      guard !state.isFinished, state.elements.isEmpty || state.weight + weight <= limit else { return false }
      state.elements.append((element, weight))
      state.weight += weight
      return true
    }
    if isTaken { changes.publish() }
    return isTaken
  }

  /// Waits for room; false when no more elements are taken, or the task was cancelled.
  func send(_ element: Element, weight: Int = 1) async -> Bool {
    for await _ in changes.subscribe() {
      if offer(element, weight: weight) { return true }
      if state.withLock({ $0.isFinished }) { return false }
    }
    return false
  }

  /// Waits for an element; nil after the last, when the task was cancelled, and as soon as `isOver` says so after
  /// `wake`.
  func next(unless isOver: @Sendable () -> Bool = { false }) async -> Element? {
    for await _ in changes.subscribe() {
      if isOver() { return nil }
      switch take() {
      case .element(let element):
        changes.publish()
        return element
      case .end: return nil
      case .nothing: continue
      }
    }
    return nil
  }

  /// Takes no more elements; those that are in can still be read. What comes last may be put in beyond the limit.
  func finish(with last: Element? = nil) {
    state.withLock { state in
      if !state.isFinished, let last { state.elements.append((last, 0)) }
      state.isFinished = true
    }
    changes.publish()
  }

  /// Makes who waits look again.
  func wake() { changes.publish() }

  private func take() -> Taken {
    state.withLock { state in
      guard !state.elements.isEmpty else { return state.isFinished ? .end : .nothing }
      let (element, weight) = state.elements.removeFirst()
      state.weight -= weight
      return .element(element)
    }
  }
}
