/// Which slots of a gallery's rows are free. A slot that was given up is written again only when every search is over
/// that may still read it.
///
/// Searches and givings-up are ordered by a clock: a search that began at time t knows nothing of slots that were given
/// up before t.
struct TemplateSlots: Sendable {
  private var next = 0
  private var free: [Int] = []
  private var clock = 0
  /// Slots that were given up and when, in order.
  private var given: [(slot: Int, time: Int)] = []
  /// How many searches began at a time and are not over.
  private var searches: [Int: Int] = [:]

  /// A slot that nobody reads.
  mutating func take() -> Int {
    if free.isEmpty { reclaim() }
    if let slot = free.popLast() { return slot }
    next += 1
    return next - 1
  }

  /// `count` slots that follow each other, never used before; gives the first.
  mutating func takeRun(_ count: Int) -> Int {
    next += count
    return next - count
  }

  /// Gives a slot up, whose row has just lost its place.
  mutating func give(up slot: Int) {
    given.append((slot, clock))
    clock += 1
  }

  /// A search begins; gives its time, which `endSearch` needs.
  mutating func beginSearch() -> Int {
    searches[clock, default: 0] += 1
    return clock
  }

  /// A search is over.
  mutating func endSearch(_ time: Int) {
    guard let count = searches[time] else { preconditionFailure("a search ends that did not begin") }
    searches[time] = count > 1 ? count - 1 : nil
  }

  private mutating func reclaim() {
    let oldest = searches.keys.min() ?? .max
    let over = given.prefix { $0.time < oldest }
    free += over.map(\.slot)
    given.removeFirst(over.count)
  }
}
