internal import FoundationEssentials
internal import Hummingbird

/// One event of a stream, as a browser's `EventSource` reads it.
struct ServerSentEvent: Sendable, Hashable {
  var id: String?
  let name: String
  let data: String

  init(_ name: String, id: String? = nil, data: String) { (self.name, self.id, self.data) = (name, id, data) }

  /// With a value as JSON. Throws `EncodingError`.
  init(_ name: String, id: String? = nil, json value: some Encodable) throws {
    self.init(name, id: id, data: String(decoding: try JSON.write(value), as: UTF8.self))
  }

  /// The one that says that no more come.
  static let end = ServerSentEvent("end", data: "{}")
  /// Keeps what lies between from closing a silent connection.
  static let ping = ": ping\n\n"

  /// Its lines, with the empty one that ends it.
  var text: String {
    var text = id.map { "id: \($0)\n" } ?? ""
    text += "event: \(name)\n"
    // Only these end a line here: others, as U+2028, stand in texts as they are.
    let lines = data.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" }
    for line in lines { text += "data: \(String(line))\n" }
    return text + "\n"
  }
}
