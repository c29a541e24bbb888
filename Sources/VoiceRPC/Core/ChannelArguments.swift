internal import CGRPC
internal import Glibc

/// Settings of a channel or a server, by the core's names.
struct ChannelArguments {
  private enum Value {
    case integer(Int)
    case string(String)
  }

  private var values: [(name: String, value: Value)] = []

  mutating func set(_ name: String, _ value: Int?) {
    if let value { values.append((name, .integer(value))) }
  }

  mutating func set(_ name: String, _ value: Bool) { set(name, value ? 1 : 0) }

  mutating func set(_ name: String, _ value: String?) {
    if let value { values.append((name, .string(value))) }
  }

  /// In milliseconds, rounded up so that a short time does not become none.
  mutating func set(_ name: String, _ time: Duration?) {
    if let time { set(name, time.milliseconds) }
  }

  /// Calls `body` with the core's form of the settings; the core copies what it keeps.
  func withPointer<Result>(_ body: (UnsafePointer<grpc_channel_args>) -> Result) -> Result {
    var owned: [UnsafeMutablePointer<CChar>?] = []
    defer { for string in owned { free(string) } }
    func copied(_ string: String) -> UnsafeMutablePointer<CChar>? {
      let copy = strdup(string)
      owned.append(copy)
      return copy
    }
    var arguments = values.map { name, value in
      switch value {
      case .integer(let number): vrpc_argument_integer(copied(name), Int32(clamping: number))
      case .string(let text): vrpc_argument_string(copied(name), copied(text))
      }
    }
    return arguments.withUnsafeMutableBufferPointer { buffer in
      var list = grpc_channel_args(num_args: buffer.count, args: buffer.baseAddress)
      return body(&list)
    }
  }
}
