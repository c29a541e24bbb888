import Synchronization

@testable import VoiceTraining

/// Ranks that are threads of one process. They can be lost, as processes are.
final class ThreadRank: RankGroup {
  let rank: Int
  let ranks: Int
  private let meeting: Meeting
  /// Sums of gradients that this rank begins before it is gone.
  private let lifetime: Int
  private let begun = Atomic<Int>(0)

  private init(rank: Int, ranks: Int, meeting: Meeting, lifetime: Int) {
    (self.rank, self.ranks, self.meeting, self.lifetime) = (rank, ranks, meeting, lifetime)
  }

  /// So many ranks, the last of which is gone when it has begun `lifetime` sums of gradients.
  static func group(_ ranks: Int, lifetime: Int = .max) -> [ThreadRank] {
    let meeting = Meeting(ranks: ranks)
    return (0..<ranks).map {
      ThreadRank(rank: $0, ranks: ranks, meeting: meeting, lifetime: $0 == ranks - 1 ? lifetime : .max)
    }
  }

  /// Is gone from now on.
  func leave() { meeting.lose() }

  func beginSum(_ values: [Float]) -> Pending<[Float]> {
    if begun.add(1, ordering: .relaxed).oldValue >= lifetime { meeting.lose() }
    let pending = Pending<[Float]>()
    meeting.bring(.floats(values, pending), from: rank)
    return pending
  }

  func beginSum(_ values: [Double]) -> Pending<[Double]> {
    let pending = Pending<[Double]>()
    meeting.bring(.doubles(values, pending), from: rank)
    return pending
  }

  func beginBroadcast(_ bytes: [UInt8]) -> Pending<[UInt8]> {
    let pending = Pending<[UInt8]>()
    meeting.bring(.bytes(bytes, pending), from: rank)
    return pending
  }
}

/// Where the ranks bring what they have; the n-th thing of each belongs to the n-th of the others.
private final class Meeting: Sendable {
  enum Thing {
    case floats([Float], Pending<[Float]>)
    case doubles([Double], Pending<[Double]>)
    case bytes([UInt8], Pending<[UInt8]>)
  }

  private struct State {
    var lines: [[Thing]]
    var isLost = false
  }
  private let state: Mutex<State>

  init(ranks: Int) { state = Mutex(State(lines: Array(repeating: [], count: ranks))) }

  func bring(_ thing: sending Thing, from rank: Int) {
    state.withLock { state in
      state.lines[rank].append(thing)
      if state.isLost { return Self.fail(&state) }
      guard state.lines.allSatisfy({ !$0.isEmpty }) else { return }
      Self.settle(state.lines.indices.map { state.lines[$0].removeFirst() })
    }
  }

  func lose() {
    state.withLock { state in
      state.isLost = true
      Self.fail(&state)
    }
  }

  private static func settle(_ things: [Thing]) {
    let floats = things.compactMap { if case .floats(let values, let result) = $0 { (values, result) } else { nil } }
    let doubles = things.compactMap { if case .doubles(let values, let result) = $0 { (values, result) } else { nil } }
    let bytes = things.compactMap { if case .bytes(let values, let result) = $0 { (values, result) } else { nil } }
    let isOneKind = [floats.count, doubles.count, bytes.count].contains(things.count)
    precondition(isOneKind, "the ranks ask for different things")
    for (_, pending) in floats { pending.fulfil(.success(sum(floats.map(\.0)))) }
    for (_, pending) in doubles { pending.fulfil(.success(sum(doubles.map(\.0)))) }
    for (_, pending) in bytes { pending.fulfil(.success(bytes[0].0)) }
  }

  private static func sum<Number: AdditiveArithmetic>(_ lists: [[Number]]) -> [Number] {
    lists.dropFirst().reduce(lists[0]) { sums, list in
      precondition(sums.count == list.count, "the ranks bring \(sums.count) and \(list.count) numbers")
      return zip(sums, list).map(+)
    }
  }

  private static func fail(_ state: inout State) {
    let error = TrainingError(.lostRank, "a rank is gone")
    for thing in state.lines.joined() {
      switch thing {
      case .floats(_, let pending): pending.fulfil(.failure(error))
      case .doubles(_, let pending): pending.fulfil(.failure(error))
      case .bytes(_, let pending): pending.fulfil(.failure(error))
      }
    }
    state.lines = state.lines.map { _ in [] }
  }
}
