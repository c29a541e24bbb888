"""The channel to the gateway: credentials, limits, and what is tried again."""

from __future__ import annotations

import json
import os
from typing import Any, Union

import grpc

TLS = Union[bool, str, "os.PathLike[str]", grpc.ChannelCredentials, None]

_SERVICE = "voiceprint.gateway.v1.GatewayService"
# What may be done twice without harm: what changes nothing, and Enroll, which always goes with a request id.
_REPEATABLE = (
    "Embed", "Contrast", "Verify", "Identify", "GetSpeaker", "ListSpeakers", "GetCollection", "ListCollections",
    "Enroll",
)

# UNAVAILABLE alone is tried again: any other answer would be the same again, or the service asked to be spared.
SERVICE_CONFIG: dict[str, Any] = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "healthCheckConfig": {"serviceName": ""},
    "methodConfig": [{
        "name": [{"service": _SERVICE, "method": method} for method in _REPEATABLE],
        "retryPolicy": {
            "maxAttempts": 5, "initialBackoff": "0.2s", "maxBackoff": "3s", "backoffMultiplier": 3,
            "retryableStatusCodes": ["UNAVAILABLE"],
        },
    }],
}


def _options() -> list[tuple[str, Any]]:
    return [
        ("grpc.service_config", json.dumps(SERVICE_CONFIG)),
        # What a proxy or a DNS record says must not replace the above.
        ("grpc.service_config_disable_resolution", 1),
        # Connect anew as quickly as calls are tried again.
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.min_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 3000),
        # A page of a thousand people with all their utterances is larger than gRPC's 4 MiB.
        ("grpc.max_receive_message_length", 64 << 20),
        ("grpc.max_send_message_length", -1),
    ]


def open_channel(address: str, tls: TLS) -> grpc.Channel:
    """A channel; it connects with the first call."""
    if tls is None or tls is False:
        return grpc.insecure_channel(address, options=_options())
    if isinstance(tls, grpc.ChannelCredentials):
        credentials = tls
    elif tls is True:
        credentials = grpc.ssl_channel_credentials()
    else:
        with open(tls, "rb") as file:
            credentials = grpc.ssl_channel_credentials(root_certificates=file.read())
    return grpc.secure_channel(address, credentials, options=_options())
