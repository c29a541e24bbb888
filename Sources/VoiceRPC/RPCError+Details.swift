internal import VoiceMessages

/// Status, details and trailers of an error on the wire: the richer error model of gRPC, where the trailer
/// "grpc-status-details-bin" holds a `google.rpc.Status`.
extension RPCError {
  private static let detailsKey = "grpc-status-details-bin"
  private static let memoryLimit = 1 << 20
  // Message and details together must stay under the 8 kB of metadata that clients accept, where percent signs make
  // three characters of a byte of the message and base64 four of three bytes of the details: else the error becomes
  // another one.
  private static let maxMessageBytes = 1000
  private static let maxDetailsBytes = 3000

  /// From what a client received.
  init(_ status: RPCStatus) {
    self.init(status.code, status.message, trailers: status.trailers)
    trailers.removeAll(Self.detailsKey)
    guard let bytes = status.trailers.bytes(Self.detailsKey) else { return }
    // Details are never essential: damaged ones are none.
    let wire = try? bytes.withUnsafeBytes { try GoogleRPC.Status(serialized: $0, memoryLimit: Self.memoryLimit) }
    details = wire?.details ?? []
  }

  /// The message that a server sends: cut to what fits.
  var sentMessage: String {
    guard message.utf8.count > Self.maxMessageBytes else { return message }
    var end = message.utf8.index(message.startIndex, offsetBy: Self.maxMessageBytes)
    while end.samePosition(in: message.unicodeScalars) == nil { end = message.utf8.index(before: end) }
    return message[..<end] + "…"
  }

  /// The trailers that a server sends: its own and, when there are details that fit, those.
  var sentTrailers: Metadata {
    var sent = trailers.withoutIllegalEntries
    if !details.isEmpty {
      var wire = GoogleRPC.Status()
      wire.code = code.rawValue
      wire.message = sentMessage
      wire.details = details
      let bytes = wire.serialized()
      if bytes.count <= Self.maxDetailsBytes { sent.add(Self.detailsKey, bytes: bytes) }
    }
    return sent
  }
}
