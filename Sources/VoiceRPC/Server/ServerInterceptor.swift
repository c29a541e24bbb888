/// Something that every call passes on its way to the handler and back: authentication, logs, limits, error mapping.
package protocol ServerInterceptor: Sendable {
  /// Lets the call through by calling `next` once, or refuses it by throwing; what `next` throws is how the call ended.
  ///
  /// Task-local values that are set around `next` are seen by the handler.
  func intercept(_ context: ServerContext, next: () async throws -> Void) async throws
}
