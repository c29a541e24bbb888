"""The messages and methods of the wire protocol, made from the descriptors that the build compiled.

They live in a descriptor pool of this package's own. So nothing here meets other generated code of the process: neither
stubs of the same protocol, perhaps of another version, nor another package's `google.rpc`. For the same reason the
package ties nobody to the protobuf release that a generated module would ask for.
"""

from __future__ import annotations

import importlib.resources
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_SERVICE = "voiceprint.gateway.v1.GatewayService"


def _load() -> descriptor_pool.DescriptorPool:
    compiled = importlib.resources.files(__package__).joinpath("protocol.binpb").read_bytes()
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(compiled).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


_pool = _load()


def message(name: str) -> Any:
    """The class of a message of the protocol by its full name."""
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(name))


def gateway(name: str) -> Any:
    """The class of a message of `voiceprint.gateway.v1`."""
    return message(f"voiceprint.gateway.v1.{name}")


def enumerator(enumeration: str, number: int) -> str:
    """Name of a value of an enumeration; its number as text if a newer server sent one that is not known here."""
    value = _pool.FindEnumTypeByName(enumeration).values_by_number.get(number)
    return value.name if value else str(number)


Audio = message("voiceprint.types.v1.Audio")
Status = message("google.rpc.Status")
ErrorInfo = message("google.rpc.ErrorInfo")
BadRequest = message("google.rpc.BadRequest")
RetryInfo = message("google.rpc.RetryInfo")


def gateway_methods(channel: grpc.Channel) -> dict[str, Any]:
    """A callable for each method of the gateway by the method's name: the stub that generated code would make."""
    methods = {}
    for method in _pool.FindServiceByName(_SERVICE).methods:
        response = message_factory.GetMessageClass(method.output_type)
        make = channel.stream_stream if method.server_streaming else channel.unary_unary
        methods[method.name] = make(
            f"/{_SERVICE}/{method.name}",
            request_serializer=message_factory.GetMessageClass(method.input_type).SerializeToString,
            response_deserializer=response.FromString)
    return methods
