internal import CGRPC

extension ServerOptions {
  var arguments: ChannelArguments {
    var arguments = ChannelArguments()
    arguments.set(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, maxReceivedMessageBytes)
    arguments.set(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, maxSentMessageBytes)
    arguments.set(GRPC_ARG_KEEPALIVE_TIME_MS, keepaliveTime)
    arguments.set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, keepaliveTimeout)
    arguments.set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, true)
    arguments.set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, minKeepaliveInterval)
    arguments.set(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0)
    arguments.set(GRPC_ARG_MAX_CONNECTION_AGE_MS, maxConnectionAge)
    if maxConnectionAge != nil { arguments.set(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, maxConnectionAgeGrace) }
    // Else two servers would silently share a port.
    arguments.set(GRPC_ARG_ALLOW_REUSEPORT, false)
    return arguments
  }
}
