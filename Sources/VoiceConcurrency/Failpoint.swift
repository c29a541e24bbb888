internal import Glibc
internal import Synchronization

/// Places in the code where a test makes things go wrong. All are off unless the environment names them.
///
/// `VOICEPRINT_FAILPOINTS="NAME=ACTION,NAME@3=ACTION"`, where `@3` means the third time that the place is reached (the
/// first, if not said) and the action is one of
/// - `kill`: the process ends at once, as by a power failure;
/// - `error`: the place throws `Failure`;
/// - `pause:FILE`: the place makes the file and holds its thread until somebody removes it.
package enum Failpoint {
  /// What a place throws that was told to.
  package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place.
    package let name: String
    package var description: String { "failpoint \(name) was told to fail" }
  }

  private enum Action: Sendable, Hashable {
    case kill
    case error
    case pause(String)
  }
  private struct Place: Sendable, Hashable {
    let name: String
    let count: Int
  }

  private static let actions: [Place: Action] = read(getenv("VOICEPRINT_FAILPOINTS").map { String(cString: $0) } ?? "")
  private static let counts = Mutex<[String: Int]>([:])

  /// The place `name`. Throws `Failure` if it was told to.
  package static func hit(_ name: String) throws {
    if actions.isEmpty { return }
    let count = counts.withLock { counts in
      counts[name, default: 0] += 1
      return counts[name] ?? 0
    }
    guard let action = actions[Place(name: name, count: count)] else { return }
    switch action {
    case .kill: Glibc.kill(getpid(), SIGKILL)
    case .error: throw Failure(name: name)
    case .pause(let file): hold(file)
    }
  }

  private static func hold(_ file: String) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    close(descriptor)
    while access(file, F_OK) == 0 { usleep(10_000) }
  }

  /// What is not understood is left out: a service must not fail by what only tests use.
  private static func read(_ text: String) -> [Place: Action] {
    var actions: [Place: Action] = [:]
    for item in text.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, case let name = parts[0].split(separator: "@").map(String.init), !name.isEmpty else {
        continue
      }
      let place = Place(name: name[0], count: name.count > 1 ? Int(name[1]) ?? 1 : 1)
      switch parts[1] {
      case "kill": actions[place] = .kill
      case "error": actions[place] = .error
      default:
        guard parts[1].hasPrefix("pause:") else { continue }
        actions[place] = .pause(String(parts[1].dropFirst("pause:".count)))
      }
    }
    return actions
  }
}
