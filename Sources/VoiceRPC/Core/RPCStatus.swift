/// How the server, or the core in its place, ended a call.
struct RPCStatus: Sendable {
  let code: StatusCode
  let message: String
  let trailers: Metadata

  /// Throws what is not `OK` as the error that the handler threw.
  func get() throws(RPCError) {
    if code != .ok { throw RPCError(self) }
  }
}
