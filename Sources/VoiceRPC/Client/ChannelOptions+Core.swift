internal import CGRPC

extension ChannelOptions {
  var arguments: ChannelArguments {
    var arguments = ChannelArguments()
    if let serviceConfig {
      arguments.set(GRPC_ARG_SERVICE_CONFIG, serviceConfig)
      // DNS must not override it.
      arguments.set(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, true)
    }
    arguments.set(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, maxReceivedMessageBytes)
    arguments.set(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, maxSentMessageBytes)
    // The core keeps 256 kB unless told otherwise: less than the features of ten seconds of speech.
    arguments.set(GRPC_ARG_PER_RPC_RETRY_BUFFER_SIZE, maxRetriedMessageBytes)
    arguments.set(GRPC_ARG_KEEPALIVE_TIME_MS, keepaliveTime)
    arguments.set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, keepaliveTimeout)
    arguments.set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, true)
    // No limit on tests between messages: a call may be silent for longer than two of them.
    arguments.set(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0)
    arguments.set(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, initialReconnectBackoff)
    arguments.set(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, maxReconnectBackoff)
    // Despite its name the time that the core gives an attempt.
    arguments.set(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, connectTimeout)
    // Names are asked for again when a connection is lost, at most so often.
    arguments.set(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, Duration.seconds(5))
    arguments.set(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, hasOwnConnections)
    // Services talk to each other directly, whatever http_proxy says.
    arguments.set(GRPC_ARG_ENABLE_HTTP_PROXY, false)
    arguments.set(GRPC_SSL_TARGET_NAME_OVERRIDE_ARG, tls?.serverName)
    return arguments
  }
}
