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

  /// Takes no more calls (`UNAVAILABLE`); those in flight go on to their end, then the connections are closed.
  ///
  /// Not needed where the channel itself goes.
  package func close() { core.withLock { $0 = nil } }

  /// Makes a call; nothing is sent yet.
  func makeCall(_ path: String, _ options: CallOptions) throws(RPCError) -> CallHandle {
    try options.metadata.validate()
    guard let core = core.withLock({ $0 }) else {
      throw RPCError(.unavailable, "the channel to \(target) is closed")
    }
    return core.makeCall(path, options.deadline)
  }
}
