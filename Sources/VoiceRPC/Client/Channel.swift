internal import Synchronization

/// Connections to the replicas of a service, over which calls are made.
package final class Channel: Sendable {
  /// What the channel connects to.
  package let target: String
  let options: ChannelOptions
  private let core: Mutex<CoreChannel?>

  /// A channel to a target: "dns:///host:port", "ipv4:10.0.0.1:50051,10.0.0.2:50051", "unix:/path" or "host:port".
  ///
  /// It connects when it is first used. Throws `INVALID_ARGUMENT` for certificates or keys that cannot work.
  package init(_ target: String, options: ChannelOptions = ChannelOptions()) throws(RPCError) {
    self.target = target
    self.options = options
    core = Mutex(try CoreChannel(target, options))
  }

  /// Whether what is sent is to be read on the way: without TLS, to another host than this one as far as the target
  /// says.
  package var isReadOnTheWay: Bool {
    guard options.tls == nil else { return false }
    if target.hasPrefix("unix:") { return false }
    var addresses = Substring(target)
    for scheme in ["ipv4:", "ipv6:", "dns:///", "dns:"] where target.hasPrefix(scheme) {
      addresses = target.dropFirst(scheme.count)
      break
    }
    return !addresses.split(separator: ",").allSatisfy { address in
      address.hasPrefix("127.") || address.hasPrefix("localhost:") || address.hasPrefix("[::1]:")
    }
  }

  /// Takes no more calls (`UNAVAILABLE`); those in flight go on to their end, then the connections are closed.
  ///
  /// Not needed where the channel itself goes.
  package func close() { core.withLock { $0 = nil } }

  /// Makes a call; nothing is sent yet. Throws `DEADLINE_EXCEEDED` when its time is over already: the core would find
  /// that out too late for a server that is quick.
  func makeCall(_ path: String, _ options: CallOptions) throws(RPCError) -> CallHandle {
    try options.metadata.validate()
    if options.deadline.hasPassed { throw RPCError(.deadlineExceeded, "the call's time is over before it begins") }
    guard let core = core.withLock({ $0 }) else {
      throw RPCError(.unavailable, "the channel to \(target) is closed")
    }
    return core.makeCall(path, options.deadline)
  }
}
