internal import Glibc

/// A call of the system that failed.
struct SystemError: Error, CustomStringConvertible {
  let description: String

  /// `what` was tried, `number` is the `errno`.
  init(_ what: String, _ number: Int32) { description = "\(what): \(String(cString: strerror(number)))" }
}
