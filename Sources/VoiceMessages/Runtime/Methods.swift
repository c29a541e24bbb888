/// A method of a service: what it takes and gives, and its path on the wire.
package protocol Method: Sendable {
  /// The message that the client sends.
  associatedtype Request: Message
  /// The message that the server sends.
  associatedtype Response: Message
  /// `/package.Service/Method`.
  var path: String { get }
}

extension Method {
  /// Full name of the service, e.g. `grpc.health.v1.Health`.
  package var service: String { String(path.dropFirst().prefix { $0 != "/" }) }
  /// Name of the method, e.g. `Check`.
  package var name: String { String(path.dropFirst().drop { $0 != "/" }.dropFirst()) }
}

/// A method with one request and one response.
package struct UnaryMethod<Request: Message, Response: Message>: Method {
  /// `/package.Service/Method`.
  package let path: String
  init(_ path: String) { self.path = path }
}

/// A method with one request and many responses.
package struct ServerStreamingMethod<Request: Message, Response: Message>: Method {
  /// `/package.Service/Method`.
  package let path: String
  init(_ path: String) { self.path = path }
}

/// A method with many requests and one response.
package struct ClientStreamingMethod<Request: Message, Response: Message>: Method {
  /// `/package.Service/Method`.
  package let path: String
  init(_ path: String) { self.path = path }
}

/// A method with many requests and many responses.
package struct BidirectionalMethod<Request: Message, Response: Message>: Method {
  /// `/package.Service/Method`.
  package let path: String
  init(_ path: String) { self.path = path }
}
