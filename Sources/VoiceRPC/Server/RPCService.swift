/// Something that offers methods on a server and hears of its shutdown.
package protocol RPCService: Sendable {
  /// Adds the methods.
  func register(with router: inout Router)

  /// The server will soon refuse calls: tell those who watch.
  func serverWillDrain()

  /// The server refuses calls from now on: end the streams that would not end by themselves.
  func serverWillStop()
}

extension RPCService {
  /// Nothing to tell.
  package func serverWillDrain() {}

  /// No endless streams.
  package func serverWillStop() {}
}
