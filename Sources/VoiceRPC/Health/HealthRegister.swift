/// What is known of the services' health and who watches it: a value; `HealthService` does the talking.
struct HealthRegister {
  typealias Watcher = AsyncStream<ServingStatus?>.Continuation

  private enum Phase {
    /// States are as they are set. Can turn into `draining`.
    case open
    /// Every service is `notServing` and stays so. Can turn into `closed`.
    case draining
    /// Nobody can watch any more.
    case closed
  }

  private var phase = Phase.open
  private var statuses: [String: ServingStatus] = [:]
  private var watchers: [Int: (service: String, watcher: Watcher)] = [:]
  private var nextWatcher = 0

  func status(of service: String) -> ServingStatus? { statuses[service] }

  /// Sets a state; returns whom to tell.
  mutating func set(_ status: ServingStatus, for service: String) -> [Watcher] {
    guard phase == .open, statuses[service] != status else { return [] }
    statuses[service] = status
    return watchers.values.filter { $0.service == service }.map(\.watcher)
  }

  /// Makes all services `notServing` for good; returns whom to tell.
  mutating func drain() -> [Watcher] {
    guard phase == .open else { return [] }
    phase = .draining
    let changed = Set(statuses.filter { $0.value == .serving }.keys)
    statuses = statuses.mapValues { _ in .notServing }
    return watchers.values.filter { changed.contains($0.service) }.map(\.watcher)
  }

  /// Lets nobody watch any more; returns those whose watch is over.
  mutating func close() -> [Watcher] {
    phase = .closed
    defer { watchers = [:] }
    return watchers.values.map(\.watcher)
  }

  /// Adds a watcher; nil when nobody can watch any more.
  mutating func add(_ watcher: Watcher, of service: String) -> Int? {
    guard phase != .closed else { return nil }
    nextWatcher += 1
    watchers[nextWatcher] = (service, watcher)
    return nextWatcher
  }

  mutating func remove(watcher: Int) { watchers[watcher] = nil }
}
