"""The channel to the gateway: credentials, limits, and what is tried again."""

from __future__ import annotations

import importlib.resources
import os
from typing import Any, Union

import grpc

TLS = Union[bool, str, "os.PathLike[str]", grpc.ChannelCredentials, None]

# What is tried again is part of the protocol: what changes nothing, and Enroll, which always goes with a request id.
# UNAVAILABLE alone: any other answer would be the same again, or the service asked to be spared.
SERVICE_CONFIG = importlib.resources.files(__package__).joinpath("service_config.json").read_text()


def _options() -> list[tuple[str, Any]]:
    return [
        ("grpc.service_config", SERVICE_CONFIG),
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


def is_this_host(address: str) -> bool:
    """Whether the address is certainly one of this machine, which nobody else listens to."""
    plain = address.removeprefix("dns:///").removeprefix("ipv4:").removeprefix("ipv6:")
    return address.startswith("unix:") or all(
        part.startswith(("127.", "localhost:", "[::1]:")) for part in plain.split(","))
