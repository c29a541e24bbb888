/// Whether a service takes calls.
package enum ServingStatus: Sendable, Hashable {
  /// It does.
  case serving
  /// It does not, for now.
  case notServing
}
