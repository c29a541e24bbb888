/// Which calls are tried again, and how replicas are found.
enum ServiceConfig {
  /// The protocol's own `gateway_grpc_service_config.json`; a test compares.
  static let json = #"""
    {
      "loadBalancingConfig": [{"round_robin": {}}],
      "healthCheckConfig": {"serviceName": ""},
      "methodConfig": [
        {
          "name": [
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "Embed"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "Contrast"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "Enroll"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "Verify"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "Identify"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "GetSpeaker"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "GetRecording"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "ListSpeakers"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "GetCollection"},
            {"service": "voiceprint.gateway.v1.GatewayService", "method": "ListCollections"}
          ],
          "retryPolicy": {
            "maxAttempts": 5,
            "initialBackoff": "0.2s",
            "maxBackoff": "3s",
            "backoffMultiplier": 3,
            "retryableStatusCodes": ["UNAVAILABLE"]
          }
        }
      ]
    }
    """#
}
